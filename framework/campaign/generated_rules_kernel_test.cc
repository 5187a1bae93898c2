// SPDX-License-Identifier: GPL-2.0-or-later
// Generated rules in the kernel: it lists what was sent, and the same for the text of the rules.
#include <iostream>
#include <regex>

#include <gtest/gtest.h>

#include "campaign/diagnosis.hh"
#include "generator/generate.hh"
#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "sys/kernel_test.hh"

namespace topoproof::campaign {
namespace {

constexpr std::uint64_t kRulesets = 60;

firewall::Ruleset ruleset_of(std::uint64_t seed) {
  ByteSource source = ByteSource::seeded(seed);
  return generator::generate(source, {.probes = 1}).ruleset;
}

// nft makes a comparison of it.
bool has_set_of_one(const std::string& text) {
  return std::regex_search(text, std::regex(R"(\{ [^,{}\n]+ \})"));
}

class GeneratedRulesKernel : public sys::KernelTest {
 protected:
  GeneratedRulesKernel() {
    sys::run_in(netns_, [this] { socket_.emplace(netlink::Protocol::Netfilter); });
  }
  // What the kernel has then. Fails where it refuses.
  firewall::Ruleset load(const firewall::Ruleset& ruleset) {
    EXPECT_EQ(to_string(netfilter::load_ruleset(*socket_, ruleset, tables_)), "");
    return take();
  }
  firewall::Ruleset load_text(const std::string& text) {
    EXPECT_EQ(to_string(loader_.load("flush ruleset\n" + text)), "") << text;
    return take();
  }

 private:
  firewall::Ruleset take() {
    firewall::Ruleset listed = netfilter::observe_ruleset(*socket_).value();
    tables_.clear();
    for (const auto& table : listed.tables) tables_.push_back({table.family, table.name});
    return listed;
  }

  sys::Netns netns_ = sys::Netns::create();
  std::optional<netlink::Socket> socket_;
  netfilter::TextLoader loader_{netns_};
  std::vector<netfilter::TableName> tables_;
};

TEST_F(GeneratedRulesKernel, AreListedAsTheyWereSent) {
  for (std::uint64_t seed = 0; seed < kRulesets; ++seed) {
    const auto ruleset = ruleset_of(seed);
    const auto otherwise = find_listed_otherwise(ruleset, load(ruleset));
    EXPECT_FALSE(otherwise) << "seed " << seed << ": " << *otherwise;
  }
}

TEST_F(GeneratedRulesKernel, HaveATextThatLoadsToTheSame) {
  std::uint64_t said = 0;
  for (std::uint64_t seed = 0; seed < kRulesets; ++seed) {
    const auto ruleset = ruleset_of(seed);
    const auto text = listing::to_text(ruleset);
    // What our printer cannot say is libnftables' to say.
    if (!text || has_set_of_one(*text)) continue;
    ++said;
    const auto otherwise = find_listed_otherwise(ruleset, load_text(*text));
    EXPECT_FALSE(otherwise) << "seed " << seed << ": " << *otherwise << "\n" << *text;
  }
  std::cout << said << " of " << kRulesets << " rulesets said as text\n";
  EXPECT_GE(said, kRulesets / 4);
}

}  // namespace
}  // namespace topoproof::campaign
