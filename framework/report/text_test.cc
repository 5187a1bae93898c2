// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/text.hh"

#include <gtest/gtest.h>

#include "report/coverage.hh"
#include "report/test_runs.hh"

namespace topoproof::report {
namespace {

TEST(Coverage, TellsOfRoutesAsOfRules) {
  auto scenario = make_scenario({make_passed_check()});
  scenario.rules = {{"host", "ip nat post: masquerade", {"nat.topo.yaml", 9, 5}, 3}};
  scenario.routes = {{"blue", "route default via 10.0.0.1", {"nat.topo.yaml", 4, 3}, 2},
                     {"blue", "route 10.9.0.0/16 via 10.0.0.2", {"nat.topo.yaml", 5, 3}, 0}};
  const scenario::RunResult run{.scenarios = {scenario}};
  EXPECT_EQ(coverage_text(run),
            "nat: 1 of 1 rules met packets\nnat: 1 of 2 routes met packets\n"
            "  never    blue route 10.9.0.0/16 via 10.0.0.2\n");
  EXPECT_NE(coverage_json(run).find("\"route\": \"route 10.9.0.0/16 via 10.0.0.2\""),
            std::string::npos);
}

TEST(ScenarioText, IsOneLineWhenAllPassed) {
  EXPECT_EQ(scenario_text(make_scenario({make_passed_check(), make_passed_check()})),
            "passed   nat: 2 checks, 9 ms (nat.scenario.yaml)\n");
}

TEST(ScenarioText, TellsTheFlowsOfAMatrix) {
  auto scenario = make_scenario({make_passed_check()});
  scenario.checks[0].flows = 9900;
  EXPECT_EQ(scenario_text(scenario),
            "passed   nat: 1 check (9900 flows), 9 ms (nat.scenario.yaml)\n");
}

TEST(ScenarioText, TellsAllOfAFailure) {
  EXPECT_EQ(scenario_text(make_scenario({make_passed_check(), make_failed_check()})),
            R"(failed   nat: 1 passed, 1 failed, 0 skipped, 9 ms (nat.scenario.yaml)
  failed   blue reaches the client (nat.scenario.yaml:7:5)
           expected  delivered at client, source 192.168.1.2
           observed  no_route at blue (ENETUNREACH)
           why       blue, when it looks for a route: its table has none
           change    add a route to 192.168.1.0/24 in blue
           way       blue: send refused
                     client: not seen
           note      run alone
           capture   /tmp/p/blue.pcapng
           repeat    topoproof test nat.scenario.yaml -k 'blue reaches the client'
)");
}

TEST(ScenarioText, PrintsInputIssuesWithTheirPlaces) {
  EXPECT_EQ(scenario_text(make_wrong_scenario()),
            "error    wrong: 0 passed, 0 failed, 0 skipped, 1 error, 0 ms (wrong.scenario.yaml)\n"
            "wrong.scenario.yaml:2:3: error: unknown key 'chekcs'\n");
}

TEST(ScenarioText, PrintsWhyTheHarnessFailed) {
  auto scenario = make_scenario({});
  scenario.error = "open a tap in blue: Operation not permitted";
  EXPECT_EQ(scenario_text(scenario),
            "error    nat: 0 passed, 0 failed, 0 skipped, 1 error, 9 ms (nat.scenario.yaml)\n"
            "error: open a tap in blue: Operation not permitted\n");
}

TEST(ScenarioText, KeepsTheLinesOfAnError) {
  auto scenario = make_scenario({});
  scenario.error = "load rules of nat.yaml:4:7 in red:\nnat.yaml:6:24: error: syntax error\n";
  EXPECT_EQ(scenario_text(scenario),
            "error    nat: 0 passed, 0 failed, 0 skipped, 1 error, 9 ms (nat.scenario.yaml)\n"
            "error: load rules of nat.yaml:4:7 in red:\n"
            "nat.yaml:6:24: error: syntax error\n");
}

TEST(ScenarioText, AnInterruptedScenarioHasNotPassed) {
  auto scenario = make_scenario({make_passed_check()});
  scenario.interrupted = true;
  EXPECT_EQ(scenario_text(scenario),
            "stopped  nat: 1 passed, 0 failed, 0 skipped, interrupted, 9 ms (nat.scenario.yaml)\n");
}

TEST(ScenarioText, AFailureBeforeAnInterruptIsToldAsFailure) {
  auto scenario = make_scenario({make_failed_check()});
  scenario.interrupted = true;
  EXPECT_TRUE(scenario_text(scenario).starts_with(
      "failed   nat: 0 passed, 1 failed, 0 skipped, interrupted, 9 ms (nat.scenario.yaml)\n"));
}

TEST(ScenarioText, ShowsPassedChecksWhenVerbose) {
  EXPECT_EQ(scenario_text(make_scenario({make_passed_check()}), {.verbose = true}),
            "passed   nat: 1 check, 9 ms (nat.scenario.yaml)\n"
            "  passed   red -> blue icmp: delivered (nat.scenario.yaml:4:5)\n"
            "           expected  delivered at blue\n"
            "           observed  delivered at blue\n");
}

TEST(ScenarioText, ColorsOnlyTheOutcome) {
  EXPECT_EQ(scenario_text(make_scenario({make_passed_check()}), {.colors = true}),
            "\x1b[32mpassed  \x1b[0m nat: 1 check, 9 ms (nat.scenario.yaml)\n");
}

TEST(SummaryText, NamesSkipsAboveTheCounts) {
  EXPECT_EQ(summary_text(make_mixed_run()),
            "skipped  nat: a tagged frame crosses the trunk (the kernel lacks 8021q)\n"
            "1 passed, 1 failed, 1 skipped, 1 error\n");
}

TEST(SummaryText, TellsDivergencesApart) {
  auto run = scenario::RunResult{.scenarios = {make_scenario({make_passed_check()})}};
  run.scenarios[0].checks[0].outcome = scenario::Outcome::Diverged;
  EXPECT_EQ(summary_text(run), "0 passed, 0 failed, 0 skipped, 1 diverged\n");
}

TEST(SummaryText, WhatFailedAndDivergedIsCountedAsBoth) {
  auto run =
      scenario::RunResult{.scenarios = {make_scenario({make_failed_check(), make_passed_check()})}};
  run.scenarios[0].checks[0].differs = true;
  run.scenarios[0].checks[1].outcome = scenario::Outcome::Diverged;
  EXPECT_EQ(summary_text(run),
            "0 passed, 1 failed, 0 skipped, 2 diverged (1 of them failed as well)\n");
}

TEST(SummaryText, SaysWhatAnInterruptLeftUnfinished) {
  EXPECT_EQ(summary_text(make_interrupted_run()),
            "interrupted: 2 scenarios not finished; what follows is what was done by then\n"
            "1 passed, 0 failed, 0 skipped\n");
}

TEST(SummaryText, SaysThatAStrictSkipIsAFailure) {
  EXPECT_EQ(summary_text({.scenarios = {make_scenario({make_skipped_check()})}}, {.strict = true}),
            "skipped  nat: a tagged frame crosses the trunk (the kernel lacks 8021q)\n"
            "0 passed, 0 failed, 1 skipped; strict: a skip is a failure\n");
}

TEST(ProgressLine, FollowsThePhases) {
  RunState state{.scenarios_done = 3, .scenarios = 12, .current = "nat"};
  EXPECT_EQ(progress_line(state, 80), "3 of 12 scenarios, nat: building");
  state.progress = {scenario::Phase::Checking, 40, 9900};
  EXPECT_EQ(progress_line(state, 80), "3 of 12 scenarios, nat: 40 of 9900 flows");
  state.progress.phase = scenario::Phase::TearingDown;
  EXPECT_EQ(progress_line(state, 80), "3 of 12 scenarios, nat: taking down");
}

TEST(ProgressLine, IsCutToTheTerminalButNotWithinACharacter) {
  const RunState state{.scenarios_done = 0, .scenarios = 1, .current = "nät"};
  EXPECT_EQ(progress_line(state, 18), "0 of 1 scenario, n");
  EXPECT_EQ(progress_line(state, 19), "0 of 1 scenario, n");
  EXPECT_EQ(progress_line(state, 20), "0 of 1 scenario, nä");
  EXPECT_EQ(progress_line(state, 0), "");
}

}  // namespace
}  // namespace topoproof::report
