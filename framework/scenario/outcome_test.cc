// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/outcome.hh"

#include <gtest/gtest.h>

namespace topoproof::scenario {
namespace {

ScenarioResult make_scenario(std::vector<Outcome> outcomes) {
  ScenarioResult scenario{.name = "nat", .file = "nat.scenario.yaml"};
  for (const Outcome outcome : outcomes) {
    scenario.checks.push_back({.name = "a check", .where = {}, .outcome = outcome});
  }
  return scenario;
}

ScenarioResult make_wrong_input() {
  return {.name = "nat", .file = "nat.scenario.yaml", .issues = {make_issue("no such key")}};
}

ScenarioResult make_harness_error() {
  return {.name = "nat", .file = "nat.scenario.yaml", .error = "open a tap in blue: refused"};
}

TEST(Counts, AddsUpTheChecksOfAllScenarios) {
  const RunResult run{.scenarios = {make_scenario({Outcome::Passed, Outcome::Failed}),
                                    make_scenario({Outcome::Passed, Outcome::Skipped,
                                                   Outcome::Diverged, Outcome::Error})}};
  EXPECT_EQ(count(run),
            (Counts{.passed = 2, .failed = 1, .diverged = 1, .errors = 1, .skipped = 1}));
  EXPECT_EQ(count(run).total(), 6U);
}

TEST(Counts, WhatFailsAndDiffersIsCountedBesideTheOthers) {
  ScenarioResult scenario = make_scenario({Outcome::Failed, Outcome::Failed, Outcome::Error});
  scenario.checks[1].differs = scenario.checks[2].differs = true;
  EXPECT_EQ(count(scenario), (Counts{.failed = 2, .errors = 1, .failed_and_diverged = 1}));
  EXPECT_EQ(count(scenario).total(), 3U);
}

TEST(Counts, AMatrixIsOneResultWhateverItsFlows) {
  ScenarioResult scenario = make_scenario({Outcome::Passed});
  scenario.checks[0].flows = 9900;
  EXPECT_EQ(count(scenario), Counts{.passed = 1});
}

TEST(Counts, AScenarioThatCouldNotRunIsOneError) {
  EXPECT_EQ(count(make_wrong_input()), Counts{.errors = 1});
  EXPECT_EQ(count(make_harness_error()), Counts{.errors = 1});
}

TEST(Counts, AWarningDoesNotKeepAScenarioFromRunning) {
  ScenarioResult scenario = make_scenario({Outcome::Passed});
  scenario.issues = {make_warning({}, "gateway 10.0.0.9 is nobody's")};
  EXPECT_FALSE(could_not_run(scenario));
  EXPECT_EQ(count(scenario), Counts{.passed = 1});
}

struct ExitCase {
  std::string name;
  RunResult run;
  bool strict = false;
  int expected = 0;
};

class ExitCode : public testing::TestWithParam<ExitCase> {};

TEST_P(ExitCode, IsTheDocumentedOne) {
  EXPECT_EQ(exit_code(GetParam().run, GetParam().strict), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Outcome, ExitCode,
    testing::Values(
        ExitCase{"AllPassed", {.scenarios = {make_scenario({Outcome::Passed})}}, false, 0},
        ExitCase{"RulesThatAreRefused",
                 {.scenarios = {{.name = "nat",
                                 .file = "nat.scenario.yaml",
                                 .error = "load rules: syntax error",
                                 .input_is_wrong = true}}},
                 false,
                 2},
        ExitCase{"PassedBesideSkipped",
                 {.scenarios = {make_scenario({Outcome::Passed, Outcome::Skipped})}},
                 false,
                 0},
        ExitCase{"StrictTakesSkippedForFailed",
                 {.scenarios = {make_scenario({Outcome::Passed, Outcome::Skipped})}},
                 true,
                 1},
        ExitCase{"AllSkippedProvesNothing",
                 {.scenarios = {make_scenario({Outcome::Skipped})}},
                 false,
                 3},
        ExitCase{"NothingRan", {.scenarios = {}}, false, 3},
        ExitCase{"NoChecks", {.scenarios = {make_scenario({})}}, false, 3},
        ExitCase{"OnlyDivergences",
                 {.scenarios = {make_scenario({Outcome::Passed, Outcome::Diverged})}},
                 false,
                 4},
        ExitCase{"FailedBeforeDiverged",
                 {.scenarios = {make_scenario({Outcome::Diverged, Outcome::Failed})}},
                 false,
                 1},
        ExitCase{"ErrorOfACheckBeforeFailed",
                 {.scenarios = {make_scenario({Outcome::Failed, Outcome::Error})}},
                 false,
                 3},
        ExitCase{"HarnessBeforeFailed",
                 {.scenarios = {make_scenario({Outcome::Failed}), make_harness_error()}},
                 false,
                 3},
        ExitCase{"WrongInputBeforeHarness",
                 {.scenarios = {make_harness_error(), make_wrong_input()}},
                 false,
                 2},
        ExitCase{"InterruptedBeforeAll",
                 {.scenarios = {make_wrong_input()}, .interrupted = true},
                 false,
                 130}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::scenario
