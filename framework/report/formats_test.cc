// SPDX-License-Identifier: GPL-2.0-or-later
// The documents for programs, byte for byte: what CI systems parse must not change by accident.
#include <gtest/gtest.h>

#include "report/json.hh"
#include "report/junit.hh"
#include "report/tap.hh"
#include "report/test_runs.hh"

namespace topoproof::report {
namespace {

constexpr std::string_view kJunit = R"XML(<?xml version="1.0"?>
<testsuites name="topoproof" tests="4" failures="1" errors="1" skipped="1">
  <testsuite name="nat" file="nat.scenario.yaml" tests="3" failures="1" errors="0" skipped="1" time="0.009000">
    <testcase classname="nat" name="red -> blue icmp: delivered" file="nat.scenario.yaml" line="4" time="0.000250" />
    <testcase classname="nat" name="blue reaches the client" file="nat.scenario.yaml" line="7" time="0.000000">
      <failure type="failed" message="expected delivered at client, source 192.168.1.2, observed no_route at blue (ENETUNREACH)">
expected  delivered at client, source 192.168.1.2
observed  no_route at blue (ENETUNREACH)
why       blue, when it looks for a route: its table has none
change    add a route to 192.168.1.0/24 in blue
way       blue: send refused
          client: not seen
note      run alone
capture   /tmp/p/blue.pcapng
repeat    topoproof test nat.scenario.yaml -k 'blue reaches the client'
</failure>
    </testcase>
    <testcase classname="nat" name="a tagged frame crosses the trunk" file="vlan.scenario.yaml" line="9" time="0.000000">
      <skipped message="the kernel lacks 8021q" />
    </testcase>
  </testsuite>
  <testsuite name="wrong" file="wrong.scenario.yaml" tests="1" failures="0" errors="1" skipped="0" time="0.000000">
    <testcase classname="wrong" name="(scenario)">
      <error type="input" message="could not be run">
wrong.scenario.yaml:2:3: error: unknown key 'chekcs'
</error>
    </testcase>
  </testsuite>
</testsuites>
)XML";

constexpr std::string_view kTap = R"TAP(TAP version 14
1..4
ok 1 - nat: red -> blue icmp: delivered
not ok 2 - nat: blue reaches the client
  ---
  outcome: "failed"
  at: "nat.scenario.yaml:7:5"
  expected: "delivered at client, source 192.168.1.2"
  observed: "no_route at blue (ENETUNREACH)"
  why:
    - "blue, when it looks for a route: its table has none"
  change:
    - "add a route to 192.168.1.0/24 in blue"
  way:
    - "blue: send refused"
    - "client: not seen"
  notes:
    - "run alone"
  capture: "/tmp/p/blue.pcapng"
  repeat: "topoproof test nat.scenario.yaml -k 'blue reaches the client'"
  ...
ok 3 - nat: a tagged frame crosses the trunk # SKIP the kernel lacks 8021q
not ok 4 - wrong: could not be run
  ---
  outcome: "error"
  at: "wrong.scenario.yaml"
  observed: "wrong.scenario.yaml:2:3: error: unknown key 'chekcs'\\n"
  ...
)TAP";

constexpr std::string_view kJson = R"JSON({
  "version": 1,
  "interrupted": false,
  "counts": {
    "passed": 0,
    "failed": 1,
    "diverged": 0,
    "errors": 0,
    "skipped": 0,
    "unknown": 0,
    "unpredicted": 0,
    "failed_and_diverged": 0
  },
  "scenarios": [
    {
      "name": "nat",
      "file": "nat.scenario.yaml",
      "nodes": 4,
      "links": 3,
      "build_ns": 3000000,
      "checks_ns": 5000000,
      "teardown_ns": 1000000,
      "counts": {
        "passed": 0,
        "failed": 1,
        "diverged": 0,
        "errors": 0,
        "skipped": 0,
        "unknown": 0,
        "unpredicted": 0,
        "failed_and_diverged": 0
      },
      "interrupted": false,
      "issues": [],
      "error": "",
      "checks": [
        {
          "name": "blue reaches the client",
          "where": {
            "file": "nat.scenario.yaml",
            "line": 7,
            "column": 5
          },
          "outcome": "failed",
          "flows": 1,
          "expected": "delivered at client, source 192.168.1.2",
          "observed": "no_route at blue (ENETUNREACH)",
          "unpredicted": 0,
          "unknown": "",
          "why": [
            "blue, when it looks for a route: its table has none"
          ],
          "change": [
            "add a route to 192.168.1.0/24 in blue"
          ],
          "hops": [
            "blue: send refused",
            "client: not seen"
          ],
          "notes": [
            "run alone"
          ],
          "pcap": "/tmp/p/blue.pcapng",
          "reproduce": "topoproof test nat.scenario.yaml -k 'blue reaches the client'",
          "duration_ns": 0
        }
      ]
    }
  ]
}
)JSON";

TEST(Junit, IsWhatCiSystemsRead) { EXPECT_EQ(to_junit(make_mixed_run()), kJunit); }

TEST(Junit, AnInterruptedScenarioIsAnErrorBesideItsChecks) {
  EXPECT_EQ(to_junit(make_interrupted_run()), R"XML(<?xml version="1.0"?>
<testsuites name="topoproof" tests="3" failures="0" errors="2" skipped="0">
  <testsuite name="nat" file="nat.scenario.yaml" tests="2" failures="0" errors="1" skipped="0" time="0.009000">
    <testcase classname="nat" name="(scenario)">
      <error type="interrupted" message="interrupted: not all of its checks were decided" />
    </testcase>
    <testcase classname="nat" name="red -> blue icmp: delivered" file="nat.scenario.yaml" line="4" time="0.000250" />
  </testsuite>
  <testsuite name="other" file="other.scenario.yaml" tests="1" failures="0" errors="1" skipped="0" time="0.000000">
    <testcase classname="other" name="(scenario)">
      <error type="interrupted" message="interrupted: not all of its checks were decided" />
    </testcase>
  </testsuite>
</testsuites>
)XML");
}

TEST(Junit, ASkipIsAFailureIfStrict) {
  EXPECT_EQ(to_junit({.scenarios = {make_scenario({make_skipped_check()})}}, true),
            R"XML(<?xml version="1.0"?>
<testsuites name="topoproof" tests="1" failures="1" errors="0" skipped="0">
  <testsuite name="nat" file="nat.scenario.yaml" tests="1" failures="1" errors="0" skipped="0" time="0.009000">
    <testcase classname="nat" name="a tagged frame crosses the trunk" file="vlan.scenario.yaml" line="9" time="0.000000">
      <failure type="skipped" message="the kernel lacks 8021q" />
    </testcase>
  </testsuite>
</testsuites>
)XML");
}

TEST(Tap, HasOnePointForEachResult) { EXPECT_EQ(to_tap(make_mixed_run()), kTap); }

TEST(Tap, BailsOutWhenInterrupted) {
  EXPECT_EQ(to_tap(make_interrupted_run()),
            "TAP version 14\n1..3\n"
            "not ok 1 - nat: interrupted: not all of its checks were decided\n"
            "ok 2 - nat: red -> blue icmp: delivered\n"
            "not ok 3 - other: interrupted: not all of its checks were decided\n"
            "Bail out! interrupted\n");
}

TEST(Tap, ASkipIsNotOkIfStrict) {
  EXPECT_EQ(to_tap({.scenarios = {make_scenario({make_skipped_check()})}}, true),
            R"TAP(TAP version 14
1..1
not ok 1 - nat: a tagged frame crosses the trunk
  ---
  outcome: "skipped"
  at: "vlan.scenario.yaml:9:5"
  expected: "delivered at blue"
  observed: "the kernel lacks 8021q"
  capture: ""
  repeat: ""
  ...
)TAP");
}

TEST(Tap, EscapesWhatWouldBeADirective) {
  auto check = make_passed_check();
  check.name = "port # TODO 80";
  EXPECT_EQ(to_tap({.scenarios = {make_scenario({check})}}),
            "TAP version 14\n1..1\nok 1 - nat: port \\# TODO 80\n");
}

TEST(Json, IsOneVersionedDocument) {
  EXPECT_EQ(to_json({.scenarios = {make_scenario({make_failed_check()})}}), kJson);
}

}  // namespace
}  // namespace topoproof::report
