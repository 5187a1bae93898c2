// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "mutation/mutant.hh"
#include "scenario/reader.hh"

namespace topoproof::mutation {
namespace {

//   red .1 --- .2 host .2 --- .1 blue
constexpr std::string_view kNetwork = R"(
nodes:
  red:  { routes: [default via 10.0.0.2] }
  host:
    forwarding: true
    port_forwards: [{ in: eth0, tcp: 80, to: 10.1.0.1:80 }]
  blue: { listens: [tcp/80] }
links:
  - red:eth0 10.0.0.1/24 -- host:eth0 10.0.0.2/24
  - host:eth1 10.1.0.2/24 -- blue:eth0 10.1.0.1/24
steps:
  - checks: [ red -> host icmp: delivered ]
  - change: sysctl host net.ipv4.ip_forward=0
    checks: [ red -> host icmp: delivered ]
)";

Network network() {
  Issues warnings;
  return make_network(scenario::parse_scenario(kNetwork, "n.yaml").value(), {}, warnings);
}

std::vector<std::string> names_of(const std::vector<Mutant>& mutants) {
  std::vector<std::string> names;
  for (const Mutant& mutant : mutants) names.push_back(mutant.name);
  return names;
}

bool is_there(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

TEST(Mutants, HaveTheirPlaceInTheFile) {
  const auto names = names_of(mutants_of(network()));
  for (const std::string_view name : {
           "red: n.yaml:3: forwarding on",
           "red: n.yaml:3: left out: route default via 10.0.0.2",
           "host: n.yaml:4: forwarding off",
           "host: n.yaml:4: rp_filter on",
           "blue: n.yaml:7: left out: listens: tcp/80",
           "host:eth1: n.yaml:10: prefix forgotten: 10.1.0.2/24",
           "host:eth1: n.yaml:10: address left out: 10.1.0.2/24",
           "host: n.yaml:6: left out: iifname \"eth0\" tcp dport 80 counter dnat to 10.1.0.1:80",
           "change: n.yaml:13: not made: sysctl host net.ipv4.ip_forward=0",
       }) {
    EXPECT_TRUE(is_there(names, name)) << name << " is none of\n"
                                       << fmt::format("{}", fmt::join(names, "\n"));
  }
}

TEST(Mutants, HaveDifferentNamesThatAreTheSameEachTime) {
  const auto names = names_of(mutants_of(network()));
  EXPECT_EQ(names, names_of(mutants_of(network())));
  auto sorted = names;
  std::ranges::sort(sorted);
  EXPECT_EQ(std::ranges::adjacent_find(sorted), sorted.end());
}

TEST(Mutants, ChangeACopyOfTheScenario) {
  const Network original = network();
  const auto mutants = mutants_of(original);
  const auto off = std::ranges::find(mutants, "host: n.yaml:4: forwarding off", &Mutant::name);
  ASSERT_NE(off, mutants.end());
  Network planted = original;
  off->plant(planted);
  EXPECT_FALSE(planted.scenario.topology.node(NodeId(1)).forwarding);
  EXPECT_TRUE(original.scenario.topology.node(NodeId(1)).forwarding);
}

TEST(Mutants, OfRulesAreMadeInTheCompiledOnes) {
  Network planted = network();
  for (const Mutant& mutant : mutants_of(planted)) {
    if (!mutant.name.contains("left out: iifname")) continue;
    mutant.plant(planted);
    EXPECT_TRUE(planted.rules[1].ruleset.tables[0].chains[0].rules.empty());
  }
}

TEST(MakeNetwork, WarnsOfTextsThatItCannotRead) {
  auto scenario = scenario::parse_scenario(kNetwork, "n.yaml").value();
  scenario.topology.node(NodeId(1)).rules.push_back({.text = "table ip t {}"});
  Issues warnings;
  const Network compiled = make_network(scenario, {}, warnings);
  EXPECT_EQ(warnings.size(), 1U);
  EXPECT_EQ(compiled.scenario.topology.node(NodeId(1)).rules.size(), 2U);
}

TEST(WithTexts, SaysTheRulesAsNftDoes) {
  const auto scenario = with_texts(network());
  ASSERT_TRUE(scenario);
  ASSERT_EQ(scenario->topology.node(NodeId(1)).rules.size(), 1U);
  EXPECT_TRUE(scenario->topology.node(NodeId(1)).rules[0].text.contains("dnat to 10.1.0.1:80"));
  EXPECT_TRUE(scenario->topology.node(NodeId(0)).rules.empty());
}

}  // namespace
}  // namespace topoproof::mutation
