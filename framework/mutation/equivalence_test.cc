// SPDX-License-Identifier: GPL-2.0-or-later
// Equivalent is what no check can tell: what was once called so, and a check told.
#include <algorithm>

#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "mutation/trial.hh"
#include "mutation/trial_text.hh"
#include "runner/simulated_run.hh"
#include "scenario/reader.hh"

namespace topoproof::mutation::equivalence_test {
namespace {

namespace fw = firewall;
using Statements = std::vector<fw::Statement>;

//   red .1, .3 --- .2 blue, with rules
constexpr std::string_view kPair = R"(
nodes:
  red:  {}
  blue:
    listens: [tcp/80]
    nftables: |
      rules that the test makes
links:
  - red:eth0 10.0.0.1/24 10.0.0.3/24 -- blue:eth0 10.0.0.2/24
checks:
  - red -> blue tcp/80: delivered
  - red -> blue udp/81: refused at blue
)";

fw::Ruleset rules_at_input(const std::vector<Statements>& rules) {
  fw::Table table{.family = fw::TableFamily::Ip, .name = "t"};
  auto chain = fw::make_base_chain("in", fw::ChainType::Filter, fw::Hook::Input, 0);
  for (const Statements& rule : rules) {
    chain.rules.push_back(fw::make_rule(table.family, rule));
    chain.rules.back().origin.text = "some rule, drop";
  }
  table.chains.push_back(std::move(chain));
  return {{std::move(table)}};
}

TrialResult try_all(const std::vector<Statements>& rules) {
  const auto compile = [&](NodeId, const topology::RulesText&) { return rules_at_input(rules); };
  return try_mutants(scenario::parse_scenario(kPair, "p.yaml").value(), compile,
                     {.run = [](const Network& planted) {
                       return runner::simulate(planted.scenario, compiler_of(planted));
                     }});
}

// In which the rule is missing.
MutantResult without_rule(const TrialResult& result) {
  const auto found = std::ranges::find_if(result.mutants, [&](const MutantResult& mutant) {
    return mutant.name.contains("left out: ") && mutant.name.ends_with("drop");
  });
  return found != result.mutants.end() ? *found : MutantResult{.name = to_text(result)};
}

// Of this mutant, or of an earlier one that it notices as well.
bool tells(const TrialResult& result, std::string_view check) {
  return std::ranges::any_of(
      result.mutants, [&](const MutantResult& mutant) { return mutant.check.contains(check); });
}

fw::Statement asks(fw::PayloadBase base, std::uint32_t offset, Bytes value) {
  const auto size = static_cast<std::uint32_t>(value.size());
  return {.expressions = {fw::PayloadLoad{base, offset, size, fw::reg(1)},
                          fw::Compare{fw::CompareOp::Equal, fw::reg(1), std::move(value)}}};
}

TEST(Equivalence, AsksTheSourcePortsThatRulesName) {
  const auto result = try_all({{fw::tcp_sport(1000), fw::tcp_dport(79), fw::drop()}});
  const MutantResult mutant = without_rule(result);
  EXPECT_EQ(mutant.fate, Fate::Survived) << mutant.name;
  EXPECT_TRUE(tells(result, "- red -> blue tcp/79 source_port 1000: dropped at blue\n"))
      << to_text(result);
}

TEST(Equivalence, AsksFromEverySourceAddress) {
  const Prefix second = Prefix::parse("10.0.0.3/32").value();
  const auto result = try_all({{fw::ip_saddr(second), fw::tcp_dport(80), fw::drop()}});
  const MutantResult mutant = without_rule(result);
  EXPECT_EQ(mutant.fate, Fate::Survived) << mutant.name;
  EXPECT_TRUE(tells(result, "- red -> blue tcp/80 source 10.0.0.3: dropped at blue\n"))
      << to_text(result);
}

TEST(Equivalence, AsksTheSizesThatRulesName) {
  const auto long_one = asks(fw::PayloadBase::Network, 2, {std::byte{0x02}, std::byte{0x58}});
  const auto result = try_all({{long_one, fw::drop()}});
  const MutantResult mutant = without_rule(result);
  EXPECT_EQ(mutant.fate, Fate::Survived) << mutant.name;
  EXPECT_TRUE(tells(result, "size 572: dropped at blue")) << to_text(result);
}

TEST(Equivalence, AsksTheHopLimitsThatRulesName) {
  const auto result = try_all({{asks(fw::PayloadBase::Network, 8, {std::byte{3}}), fw::drop()}});
  const MutantResult mutant = without_rule(result);
  EXPECT_EQ(mutant.fate, Fate::Survived) << mutant.name;
  EXPECT_TRUE(tells(result, " ttl 3: dropped at blue")) << to_text(result);
}

TEST(Equivalence, IsNotProvedWhereNoFlowDiffersInWhatDecides) {
  constexpr std::uint8_t kTimestamp = 13;
  const auto result = try_all({{fw::icmp_type(kTimestamp), fw::drop()}});
  const MutantResult mutant = without_rule(result);
  EXPECT_EQ(mutant.fate, Fate::Unknown) << mutant.name;
  EXPECT_TRUE(mutant.note.starts_with("not proved: none of ")) << mutant.note;
}

TEST(Equivalence, ChecksThatAreToldDoNotContradictEachOther) {
  const Prefix second = Prefix::parse("10.0.0.3/32").value();
  const auto result = try_all({{fw::ip_saddr(second), fw::tcp_dport(80), fw::drop()}});
  std::string checks;
  for (const MutantResult& mutant : result.mutants) {
    std::string indented = mutant.check;
    for (auto at = indented.find('\n'); at != std::string::npos && at + 1 < indented.size();
         at = indented.find('\n', at + 1)) {
      indented.insert(at + 1, "  ");
    }
    if (!indented.empty()) checks += "  " + indented;
  }
  const auto all = scenario::parse_scenario(std::string(kPair) + checks, "p.yaml");
  ASSERT_TRUE(all) << to_string(all.error()) << checks;
  EXPECT_GT(result.count(Fate::Survived), 1U);
}

TEST(Equivalence, AMutantIsNotNamedByTheTextThatItChanges) {
  // It loads what it never looks at, which nft has no words for.
  fw::Statement odd = fw::tcp_dport(80);
  odd.expressions.insert(odd.expressions.begin(), fw::OsfLoad{});
  const auto compile = [&](NodeId, const topology::RulesText&) {
    return rules_at_input({{odd, fw::drop()}});
  };
  Issues warnings;
  const Network network =
      make_network(scenario::parse_scenario(kPair, "p.yaml").value(), compile, warnings);
  const auto is_there = [&](std::string_view name) {
    return std::ranges::any_of(mutants_of(network),
                               [&](const Mutant& mutant) { return mutant.name.contains(name); });
  };
  EXPECT_TRUE(is_there(": in place of some rule, drop"));
  EXPECT_TRUE(is_there("left out: some rule, drop"));
}

}  // namespace
}  // namespace topoproof::mutation::equivalence_test
