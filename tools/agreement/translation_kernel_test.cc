// SPDX-License-Identifier: GPL-2.0-or-later
// A dump of iptables and its translation to nft are told the same packets by two simulated routers:
// whatever leaves the one leaves the other. What a translation says in other words does not matter.
#include <iostream>

#include <gtest/gtest.h>

#include "comparison.hh"
#include "packet_spec.hh"
#include "real_rules.hh"
#include "rules/import.hh"
#include "rules/iptables.hh"
#include "simulated_router.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::agreement {
namespace {

struct Counts {
  std::size_t files = 0;
  std::size_t packets = 0;
  std::size_t unknown = 0;
  std::size_t without_words = 0;  // files with a rule that nft cannot say
};

class Translation : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (real_rule_files().empty()) GTEST_SKIP() << "missing: the data folder " << data_folder();
  }

  void compare(const std::filesystem::path& file) {
    const auto dump = import_file(file);
    ASSERT_TRUE(dump) << to_string(dump.error());
    const auto translation = rules::translate_iptables(source_of(file));
    ASSERT_TRUE(translation) << to_string(translation.error());
    if (!translation->lost.empty()) {
      ++counts_.without_words;
      return;
    }
    const rules::Source text{.text = translation->text, .where = {file.filename().string(), 1}};
    const auto translated = rules::import_rules({&text, 1});
    ASSERT_TRUE(translated) << file << ": " << to_string(translated.error());
    ++counts_.files;
    ask_both(*dump, *translated, file.filename());
  }

  Counts counts_;

 private:
  static constexpr std::size_t kPackets = 200;

  static rules::Source source_of(const std::filesystem::path& file) {
    const bool is_v6 = file.extension() == ".v6";
    return {.language = is_v6 ? rules::Language::Ip6tables : rules::Language::Iptables,
            .text = sys::read_file(file).value_or("") + '\n',
            .where = {.file = file.filename(), .line = 1}};
  }

  void ask_both(const firewall::Ruleset& dump, const firewall::Ruleset& translated,
                const std::string& name) {
    const auto asks = read_ruleset(dump);
    const Zones zones = make_zones(asks);
    const auto state = make_router(zones);
    SimulatedRouter first(zones, state, dump);
    SimulatedRouter second(zones, state, translated);
    conntrack::Random random(1);
    const auto now = std::chrono::steady_clock::now();
    std::size_t sent = 0;
    for (const RuleAsks& ask : asks) {
      for (const PacketSpec& spec : packets_for(ask, zones, random)) {
        if (++sent > kPackets) return;
        const Bytes frame = frame_of(spec, zones);
        auto a = first.send(spec.zone, frame, {}, now);
        auto b = second.send(spec.zone, frame, {}, now);
        ++counts_.packets;
        if (!first.unknown().empty() || !second.unknown().empty()) {
          ++counts_.unknown;
          continue;
        }
        ASSERT_EQ(compare_arrivals(std::move(a), std::move(b), zones), "") << name;
      }
    }
  }
};

TEST_F(Translation, LetsThroughWhatTheDumpDoes) {
  constexpr std::size_t kEach = 3;  // one file of so many
  std::size_t number = 0;
  for (const auto& file : real_rule_files()) {
    if (file.extension() == ".nft" || number++ % kEach != 0) continue;
    SCOPED_TRACE(file.filename());
    compare(file);
  }
  std::cout << counts_.files << " dumps and their translations: " << counts_.packets << " packets, "
            << counts_.unknown << " unknown; " << counts_.without_words
            << " dumps have rules that nft has no words for\n";
  EXPECT_GT(counts_.files, 10U);
}

}  // namespace
}  // namespace topoproof::agreement
