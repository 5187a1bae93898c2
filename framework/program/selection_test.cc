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

// As the `repeat` line of a failed pair names it.
TEST(Select, APairOfAMatrixStandsForItselfAlone) {
  const auto whole = scenario::parse_scenario(R"(
name: all
topology:
  nodes: { red: {}, blue: {} }
  links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
checks:
  - matrix: { nodes: [red, blue], with: icmp, should: delivered }
)",
                                              "all.scenario.yaml");
  ASSERT_TRUE(whole) << to_string(whole.error());
  const auto pick = [&](const std::string& expression) {
    return select(*whole, scenario::NameExpression::parse(expression).value());
  };
  const auto pair = pick("blue -> red icmp: delivered");
  ASSERT_TRUE(has_checks(pair));
  const auto& matrix = std::get<scenario::Matrix>(pair.steps[0].checks[0]);
  EXPECT_EQ(matrix.sample, std::vector<std::size_t>{1});
  EXPECT_FALSE(has_checks(pick("blue -> red icmp: dropped")));
  EXPECT_FALSE(has_checks(pick("not matrix")));
}

TEST(Select, TheScenariosNameStandsForAllItsChecks) {
  EXPECT_EQ(list_text(selected("pair")), list_text(make_scenario()));
  EXPECT_TRUE(has_checks(selected("pair.scenario")));
  EXPECT_FALSE(has_checks(selected("not pair")));
}

}  // namespace
}  // namespace topoproof::program
