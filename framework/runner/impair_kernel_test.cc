// SPDX-License-Identifier: GPL-2.0-or-later
// Impaired links on the kernel: what they do to packets, and that the simulator foretells it.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/runner.hh"
#include "scenario/reader.hh"
#include "sys/kernel_test.hh"

namespace topoproof::runner {
namespace {

using scenario::CheckResult;
using scenario::Outcome;
using scenario::parse_scenario;
using scenario::ScenarioResult;

// red:eth0 10.0.0.1 ------ eth0:blue 10.0.0.2
ScenarioResult run_pair(const std::string& impairment, const std::string& checks) {
  const std::string text = fmt::format(
      "nodes: {{ red: , blue: }}\n"
      "links: [{{ endpoints: [red:eth0 10.0.0.1/24, blue:eth0 10.0.0.2/24],"
      " impair: {} }}]\n{}",
      impairment, checks);
  const auto scenario = parse_scenario(text, "pair.scenario.yaml");
  if (!scenario) throw std::runtime_error(to_string(scenario.error()));
  return run(*scenario);
}

std::string checks_of_ports(int count) {
  std::string checks = "checks:\n";
  for (int i = 0; i < count; ++i) {
    checks += fmt::format("  - red -> blue udp/{}: delivered\n", 5000 + i);
  }
  return checks;
}

std::vector<Outcome> outcomes_of(const ScenarioResult& result) {
  std::vector<Outcome> outcomes;
  for (const CheckResult& check : result.checks) outcomes.push_back(check.outcome);
  return outcomes;
}

using ImpairedLink = sys::KernelTest;

// A check of a packet that is lost fails; had the simulator not lost the same, it would diverge.
TEST_F(ImpairedLink, LosesThePacketsThatTheSimulatorLoses) {
  const auto result = run_pair("{ loss: 40%, seed: 5 }", checks_of_ports(60));
  EXPECT_EQ(result.error, "");
  const auto outcomes = outcomes_of(result);
  const auto passed = std::ranges::count(outcomes, Outcome::Passed);
  EXPECT_EQ(std::ranges::count(outcomes, Outcome::Failed), 60 - passed);
  EXPECT_GT(passed, 10);
  EXPECT_LT(passed, 35);
}

// The answer to one of two copies may be lost, and that to the other come.
TEST_F(ImpairedLink, BothCopiesOfADoubledPacketAreAnswered) {
  const auto result = run_pair("{ loss: 30%, duplicate: 50%, seed: 4 }", checks_of_ports(60));
  EXPECT_EQ(result.error, "");
  for (const CheckResult& check : result.checks) {
    EXPECT_FALSE(check.differs) << check.name << ": "
                                << fmt::format("{}", fmt::join(check.notes, "\n"));
  }
  EXPECT_GT(std::ranges::count(outcomes_of(result), Outcome::Passed), 10);
}

TEST_F(ImpairedLink, LosesTheSameAgain) {
  const std::string checks = checks_of_ports(20);
  const auto once = outcomes_of(run_pair("{ loss: 50%, seed: 1 }", checks));
  EXPECT_EQ(outcomes_of(run_pair("{ loss: 50%, seed: 1 }", checks)), once);
  EXPECT_NE(outcomes_of(run_pair("{ loss: 50%, seed: 2 }", checks)), once);
}

TEST_F(ImpairedLink, DelaysBothWays) {
  const auto result = run_pair("{ delay: 20ms }",
                               "checks:\n  - red -> blue icmp: delivered\n"
                               "  - red -> blue tcp/80: delivered\n");
  EXPECT_EQ(outcomes_of(result), (std::vector{Outcome::Passed, Outcome::Passed}));
  EXPECT_GE(result.checks.at(0).duration, std::chrono::milliseconds(40));
}

TEST_F(ImpairedLink, DoublesWithoutHarm) {
  const auto result =
      run_pair("{ duplicate: 100% }", "checks:\n  - red -> blue udp/53: delivered\n");
  EXPECT_EQ(outcomes_of(result), std::vector{Outcome::Passed});
}

TEST_F(ImpairedLink, IsImpairedByAStepAndHealed) {
  const auto result = run_pair("{ delay: 1ms }",
                               "steps:\n"
                               "  - checks: [red -> blue icmp: delivered]\n"
                               "  - change: [impair red:eth0 loss 100%]\n"
                               "    checks: [red -> blue icmp: lost at red]\n"
                               "  - change: [impair red:eth0 none]\n"
                               "    checks: [red -> blue icmp: delivered]\n");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(outcomes_of(result), (std::vector{Outcome::Passed, Outcome::Passed, Outcome::Passed}));
}

TEST_F(ImpairedLink, GoesDownAtBothEnds) {
  const auto result = run_pair("{ delay: 1ms }",
                               "steps:\n"
                               "  - change: [link down blue:eth0]\n"
                               "    checks: [red -> blue icmp: lost]\n"
                               "  - change: [link up blue:eth0]\n"
                               "    checks: [red -> blue icmp: delivered]\n");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(outcomes_of(result), (std::vector{Outcome::Passed, Outcome::Passed}));
}

}  // namespace
}  // namespace topoproof::runner
