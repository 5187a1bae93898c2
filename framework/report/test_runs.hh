// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: runs as the runner would return them.
#pragma once

#include <chrono>

#include "scenario/outcome.hh"

namespace topoproof::report {

inline scenario::CheckResult make_passed_check() {
  return {.name = "red -> blue icmp: delivered",
          .where = {"nat.scenario.yaml", 4, 5},
          .expected = "delivered at blue",
          .observed = "delivered at blue",
          .duration = std::chrono::microseconds(250)};
}

inline scenario::CheckResult make_failed_check() {
  return {.name = "blue reaches the client",
          .where = {"nat.scenario.yaml", 7, 5},
          .outcome = scenario::Outcome::Failed,
          .expected = "delivered at client, source 192.168.1.2",
          .observed = "no_route at blue (ENETUNREACH)",
          .why = {"blue, when it looks for a route: its table has none"},
          .change = {"add a route to 192.168.1.0/24 in blue"},
          .hops = {"blue: send refused", "client: not seen"},
          .notes = {"run alone"},
          .pcap = "/tmp/p/blue.pcapng",
          .reproduce = "topoproof test nat.scenario.yaml -k 'blue reaches the client'"};
}

inline scenario::CheckResult make_skipped_check() {
  return {.name = "a tagged frame crosses the trunk",
          .where = {"vlan.scenario.yaml", 9, 5},
          .outcome = scenario::Outcome::Skipped,
          .expected = "delivered at blue",
          .observed = "the kernel lacks 8021q"};
}

inline scenario::ScenarioResult make_scenario(std::vector<scenario::CheckResult> checks) {
  return {.name = "nat",
          .file = "nat.scenario.yaml",
          .checks = std::move(checks),
          .nodes = 4,
          .links = 3,
          .timing = {.build = std::chrono::milliseconds(3),
                     .checks = std::chrono::milliseconds(5),
                     .teardown = std::chrono::milliseconds(1)}};
}

inline scenario::ScenarioResult make_wrong_scenario() {
  return {.name = "wrong",
          .file = "wrong.scenario.yaml",
          .issues = {make_issue({"wrong.scenario.yaml", 2, 3}, "unknown key 'chekcs'")}};
}

// One that was stopped in the middle, one that had not begun.
inline scenario::RunResult make_interrupted_run() {
  scenario::RunResult run{.scenarios = {make_scenario({make_passed_check()}),
                                        {.name = "other", .file = "other.scenario.yaml"}},
                          .interrupted = true};
  for (scenario::ScenarioResult& scenario : run.scenarios) scenario.interrupted = true;
  return run;
}

inline scenario::RunResult make_mixed_run() {
  return {
      .scenarios = {make_scenario({make_passed_check(), make_failed_check(), make_skipped_check()}),
                    make_wrong_scenario()}};
}

}  // namespace topoproof::report
