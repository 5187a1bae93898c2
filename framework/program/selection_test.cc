// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/selection.hh"

#include <gtest/gtest.h>

#include "scenario/listeners.hh"
#include "scenario/reader.hh"

namespace topoproof::program {
namespace {

//   red eth0 10.0.0.1 ---- 10.0.0.2 eth0 blue
scenario::Scenario make_scenario() {
  return scenario::parse_scenario(R"(
name: pair
topology:
  nodes: { red: {}, blue: {} }
  links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
steps:
  - checks:
      - red -> blue icmp: delivered
  - change: link down red:eth0
    checks:
      - { name: the cable is cut, flow: red -> blue icmp, should: no_route }
)",
                                  "pair.scenario.yaml")
      .value();
}

scenario::Scenario selected(std::string_view expression) {
  return select(make_scenario(), scenario::NameExpression::parse(expression).value());
}

TEST(Select, KeepsTheChecksThatMatch) {
  EXPECT_EQ(list_text(selected("icmp")),
            "pair.scenario.yaml: pair\n  red -> blue icmp: delivered\n");
}

TEST(Select, KeepsTheChangesBeforeACheck) {
  const auto scenario = selected("cable");
  ASSERT_EQ(scenario.steps.size(), 2U);
  EXPECT_TRUE(scenario.steps[0].checks.empty());
  EXPECT_EQ(scenario.steps[1].changes.size(), 1U);
}

TEST(Select, DropsTheChangesBehindTheLastCheck) {
  EXPECT_EQ(selected("icmp and not cable").steps.size(), 1U);
}

// Else a check that is run alone would find other ports open than among all.
TEST(Select, WhoListensIsSaidByAllChecksOfTheFile) {
  const auto whole = scenario::parse_scenario(R"(
name: ports
topology:
  nodes: { red: {}, blue: {} }
  links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
checks:
  - red -> blue tcp/80: delivered
  - { name: alone, flow: red -> blue tcp/80, should: dropped }
)",
                                              "ports.scenario.yaml");
  ASSERT_TRUE(whole) << to_string(whole.error());
  const auto some = select(*whole, scenario::NameExpression::parse("alone").value());
  EXPECT_EQ(list_text(some), "ports.scenario.yaml: ports\n  alone\n");
  EXPECT_EQ(scenario::listeners_of(some), scenario::listeners_of(*whole));
}

TEST(Select, TheScenariosNameStandsForAllItsChecks) {
  EXPECT_EQ(list_text(selected("pair")), list_text(make_scenario()));
  EXPECT_TRUE(has_checks(selected("pair.scenario")));
  EXPECT_FALSE(has_checks(selected("not pair")));
}

}  // namespace
}  // namespace topoproof::program
