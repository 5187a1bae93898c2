// SPDX-License-Identifier: GPL-2.0-or-later
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "firewall/describe.hh"
#include "generator/coverage.hh"
#include "generator/generate.hh"
#include "packet/view.hh"
#include "topology/topology.hh"

namespace topoproof::generator {
namespace {

Case make(std::uint64_t seed, const Options& options = {}) {
  ByteSource source = ByteSource::seeded(seed);
  return generate(source, options);
}

TEST(Generator, TheSameBytesMakeTheSameCase) {
  const Case one = make(7);
  const Case other = make(7);
  EXPECT_EQ(one.ruleset, other.ruleset);
  EXPECT_EQ(one.probes, other.probes);
  EXPECT_EQ(one.features, other.features);
  EXPECT_NE(one.ruleset, make(8).ruleset);
}

// FNV-1a of all that cases consist of.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  }
  void add(const Case& made) {
    add(firewall::describe(made.ruleset));
    for (const Probe& probe : made.probes) {
      add(fmt::format("{} {} {} ", probe.port, static_cast<int>(probe.make), probe.about));
      add(to_hex(probe.frame));
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf2'9ce4'8422'2325;
};

// A reported seed names a case for ever, in builds of GCC and of clang alike: draws that were
// arguments of one call came in another order. Changes with the generator, and with nothing else.
TEST(Generator, ASeedIsTheSameCaseWithEveryCompiler) {
  Digest digest;
  for (std::uint64_t seed = 0; seed < 200; ++seed) digest.add(make(seed));
  EXPECT_EQ(digest.value(), 0x0d1f'9632'5dff'd95cU);
}

TEST(Generator, MakesNothingThatIsSwitchedOff) {
  Options options;
  options.allowed.remove(Feature::RejectByIcmp);
  options.allowed.remove(Feature::Router6);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Case made = make(seed, options);
    EXPECT_FALSE(made.features.has(Feature::RejectByIcmp));
    EXPECT_FALSE(made.features.has(Feature::Router6));
  }
}

TEST(Generator, MeetsNearlyEveryPairOfFeaturesThatItIsAskedFor) {
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Options options{.wish = coverage.next_wish(FeatureSet::all()), .probes = 10};
    coverage.add(make(seed, options).features);
  }
  EXPECT_EQ(coverage.features(), kFeatures - 5) << "all but what is observed";
  EXPECT_GT(coverage.pairs(), 2400U);
}

TEST(Generator, AnEmptyInputIsACaseAsWell) {
  ByteSource nothing{BytesView()};
  EXPECT_FALSE(generate(nothing).probes.empty());
}

TEST(Generator, AnswersAConnection) {
  Options options{.allowed = FeatureSet(), .probes = 1};
  for (const Feature f : {Feature::Router, Feature::TcpSyn}) options.allowed.add(f);
  const Case made = make(1, options);
  const Bytes reply = make_reply(made.probes[0].frame).value();
  const auto asked = packet::parse_view(packet::parse_frame_view(made.probes[0].frame)->network);
  const auto answered = packet::parse_view(packet::parse_frame_view(reply)->network);
  EXPECT_EQ(answered->src, asked->dst);
  EXPECT_EQ(answered->dport(), asked->sport());
  EXPECT_EQ(answered->tcp()->flags, 0x12);
  const Bytes error = make_error(made.probes[0].frame).value();
  const auto quote = packet::parse_view(packet::parse_frame_view(error)->network)->quoted();
  EXPECT_EQ(quote->sport(), asked->sport());
  EXPECT_FALSE(make_error(error)) << "nobody complains about complaints";
}

TEST(Features, AreReadByName) {
  EXPECT_EQ(parse_features("all"), FeatureSet::all());
  EXPECT_FALSE(parse_features("-bridge-table")->has(Feature::BridgeTable));
  EXPECT_EQ(parse_features("router,udp")->size(), 2U);
  EXPECT_EQ(parse_features("router,udq").error().text, "there is no feature 'udq'");
  EXPECT_FALSE(parse_features("forwarded"));
}

TEST(Shapes, AreNetworksThatCanBeDrawn) {
  for (const Feature kind : {Feature::Router, Feature::Router6, Feature::Container}) {
    const Shape shape = make_shape(kind);
    EXPECT_EQ(shape.ports.size(), 3U);
    EXPECT_EQ(shape.topology.nodes().size(), 4U);
  }
}

}  // namespace
}  // namespace topoproof::generator
