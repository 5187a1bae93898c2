// SPDX-License-Identifier: GPL-2.0-or-later
// The runner on the kernel: every scenario that is shipped, and what it does when things go wrong.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "document/reader.hh"
#include "runner/runner.hh"
#include "scenario/reader.hh"
#include "scenario/readme_example.hh"
#include "sys/event_loop.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::runner {
namespace {

using scenario::CheckResult;
using scenario::load_scenario;
using scenario::Outcome;
using scenario::parse_scenario;
using scenario::Progress;
using scenario::readme_example;
using scenario::Scenario;
using scenario::ScenarioResult;

namespace fs = std::filesystem;

// One link: red:eth0 10.0.0.1 ------ eth0:blue 10.0.0.2
constexpr std::string_view kPair = R"(
name: pair
nodes: { red: {}, blue: {} }
links: ["red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24"]
)";

Scenario parse(const std::string& checks) {
  auto scenario = parse_scenario(std::string(kPair) + checks, "pair.scenario.yaml");
  if (!scenario) throw std::runtime_error(to_string(scenario.error()));
  return *std::move(scenario);
}

std::vector<fs::path> shipped() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator("../../scenarios")) {
    if (entry.path().string().ends_with(".scenario.yaml")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

class ShippedScenario : public sys::KernelTest, public testing::WithParamInterface<fs::path> {};

TEST_P(ShippedScenario, Passes) {
  Issues issues;
  const Scenario scenario = load_scenario(GetParam(), document::read_text_file, issues);
  ASSERT_FALSE(has_errors(issues)) << to_string(issues);
  const ScenarioResult result = run(scenario);
  EXPECT_EQ(result.error, "");
  EXPECT_FALSE(result.checks.empty());
  for (const CheckResult& check : result.checks) {
    EXPECT_EQ(check.outcome, Outcome::Passed)
        << check.name << "\nexpected " << check.expected << "\nobserved " << check.observed;
  }
}

INSTANTIATE_TEST_SUITE_P(Runner, ShippedScenario, testing::ValuesIn(shipped()),
                         [](const auto& row) {
                           std::string name = row.param.filename().string();
                           std::erase_if(name,
                                         [](unsigned char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

using RunnerTest = sys::KernelTest;

TEST_F(RunnerTest, AWrongExpectationFailsAndSaysWhatHappened) {
  const ScenarioResult result = run(parse("checks:\n  - red -> blue icmp: no_route\n"));
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Failed);
  EXPECT_EQ(result.checks[0].expected, "no_route");
  EXPECT_EQ(result.checks[0].observed, "delivered at blue");
  EXPECT_FALSE(result.checks[0].hops.empty());
}

// As a file of scenarios/, which names its topology as the example does.
TEST_F(RunnerTest, TheScenarioOfTheReadmePasses) {
  const std::string file = "../../scenarios/readme.scenario.yaml";
  const std::string example = readme_example("## A scenario file");
  const auto read = [&](const std::string& path) -> std::expected<std::string, Issue> {
    return path == file ? example : document::read_text_file(path);
  };
  Issues issues;
  const ScenarioResult result = run(load_scenario(file, read, issues));
  EXPECT_EQ(to_string(issues), "");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.checks.size(), 6U);
  for (const CheckResult& check : result.checks) {
    EXPECT_EQ(check.outcome, Outcome::Passed) << check.name << ": " << check.observed;
  }
}

TEST_F(RunnerTest, AFailedCheckLeavesACaptureThatIsNamed) {
  const sys::TempDir folder;
  const ScenarioResult result = run(parse("checks:\n  - red -> blue icmp: no_route\n"),
                                    {.pcap_directory = folder.path().string()});
  ASSERT_EQ(result.checks.size(), 1U);
  const fs::path capture = result.checks[0].pcap;
  for (const char* file : {"capture.pcapng", "trace.txt", "repeat.sh", "red.state", "blue.state"}) {
    EXPECT_TRUE(fs::exists(capture.parent_path() / file)) << capture << " lacks " << file;
  }
}

// A scenario and checks whose names are places, equal, or of no ASCII letter: as many captures as
// checks, and all in the folder that was asked for.
TEST_F(RunnerTest, EveryFailedCheckHasACaptureOfItsOwnInTheFolder) {
  const sys::TempDir folder;
  Scenario scenario = parse(R"(steps:
  - checks:
      - { name: .., flow: red -> blue icmp, should: no_route }
      - { name: да, flow: red -> blue icmp, should: no_route }
      - red -> blue icmp: no_route
  - checks: [red -> blue icmp: no_route]
)");
  scenario.name = "..";
  const ScenarioResult result = run(scenario, {.pcap_directory = (folder.path() / "c").string()});
  ASSERT_EQ(result.checks.size(), 4U);
  std::set<std::string> captures;
  for (const CheckResult& check : result.checks) {
    EXPECT_TRUE(check.pcap.starts_with((folder.path() / "c/scenario/").string())) << check.pcap;
    EXPECT_TRUE(fs::exists(check.pcap)) << check.pcap;
    captures.insert(fs::canonical(check.pcap).parent_path().filename());
  }
  EXPECT_EQ(captures, (std::set<std::string>{"check", "check-2", "red_-_blue_icmp_no_route",
                                             "red_-_blue_icmp_no_route-2"}));
}

TEST_F(RunnerTest, ACaptureThatCannotBeWrittenIsAnErrorAndNoFailure) {
  const ScenarioResult result = run(parse("checks:\n  - red -> blue icmp: no_route\n"),
                                    {.pcap_directory = "/proc/no/such/place"});
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Error);
}

TEST_F(RunnerTest, AnExpectedFailurePassesAndAnUnexpectedPassFails) {
  const ScenarioResult result = run(parse(R"(checks:
  - { flow: red -> blue icmp, should: no_route, expect_fail: the table is wrong }
  - { flow: red -> blue icmp, should: delivered, expect_fail: it never works }
)"));
  ASSERT_EQ(result.checks.size(), 2U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Passed);
  EXPECT_EQ(result.checks[1].outcome, Outcome::Failed);
}

// red -> blue passes thrice, and is counted; blue -> red is told with its hops.
TEST_F(RunnerTest, AMatrixCountsWhatPassesAndTellsWhatDoesNot) {
  const ScenarioResult result = run(parse(R"(checks:
  - matrix: { nodes: [red, blue], with: [icmp, udp/53, tcp/80], should: delivered at blue }
)"));
  ASSERT_EQ(result.checks.size(), 4U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Passed);
  EXPECT_EQ(result.checks[0].flows, 3U);
  EXPECT_EQ(result.checks[0].name, "matrix icmp, udp/53, tcp/80: delivered at blue: 3 of 6 flows");
  for (const CheckResult& told : std::span(result.checks).subspan(1)) {
    EXPECT_EQ(told.outcome, Outcome::Failed);
    EXPECT_TRUE(told.observed.starts_with("delivered at red")) << told.observed;
    EXPECT_FALSE(told.hops.empty());
  }
}

TEST_F(RunnerTest, AMatrixThatIsAskedForEverythingTellsEveryFlow) {
  const Scenario all = parse(R"(checks:
  - matrix: { nodes: [red, blue], with: icmp, should: delivered }
)");
  EXPECT_EQ(run(all).checks.size(), 1U);
  EXPECT_EQ(run(all, {.verbose = true}).checks.size(), 2U);
}

TEST_F(RunnerTest, RulesThatTheKernelRefusesAreAnError) {
  auto scenario = parse("checks:\n  - red -> blue icmp: delivered\n");
  scenario.topology.node(NodeId(0)).rules.push_back({.text = "add rule ip none none accept"});
  const ScenarioResult result = run(scenario);
  EXPECT_FALSE(result.error.empty());
  EXPECT_TRUE(result.checks.empty());
}

// red ------ blue, which has rules as iptables-save prints them; the first is on line 5.
Scenario with_iptables(const std::string& rules, const std::string& check) {
  auto scenario = parse_scenario(
      "nodes:\n  red: {}\n  blue:\n    iptables: |\n" + rules +
          "links: ['red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24']\nchecks:\n  - " + check + "\n",
      "pair.scenario.yaml");
  if (!scenario) throw std::runtime_error(to_string(scenario.error()));
  return *std::move(scenario);
}

TEST_F(RunnerTest, ARuleOfIptablesThatEndsAPacketIsNamedByItsLine) {
  const ScenarioResult result =
      run(with_iptables("      *filter\n"
                        "      -A INPUT -p tcp --dport 22 -j ACCEPT\n"
                        "      -A INPUT -p icmp -m conntrack --ctstate NEW -j DROP\n"
                        "      COMMIT\n",
                        "red -> blue icmp: delivered"));
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Failed);
  EXPECT_NE(result.checks[0].observed.find(
                "pair.scenario.yaml:7 ip filter INPUT: -A INPUT -p icmp -m conntrack --ctstate NEW "
                "-j DROP"),
            std::string::npos)
      << result.checks[0].observed;
}

TEST_F(RunnerTest, AnAnswerOfIptablesIsARejection) {
  const ScenarioResult result =
      run(with_iptables("      *filter\n"
                        "      -A INPUT -p udp --dport 53 -j REJECT\n"
                        "      COMMIT\n",
                        "red -> blue udp/53: rejected at blue"));
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Passed) << result.checks[0].observed;
}

TEST_F(RunnerTest, ARunThatIsToldToStopStops) {
  const std::atomic<bool> stop = true;
  const ScenarioResult result =
      run(parse("checks:\n  - red -> blue icmp: delivered\n"), {.stop = &stop});
  EXPECT_TRUE(result.checks.empty());
  EXPECT_TRUE(result.interrupted);
}

// It used to be built in full first.
TEST_F(RunnerTest, ANetworkThatIsInterruptedWhileItIsBuiltIsNoError) {
  const std::atomic<bool> stop = true;
  const ScenarioResult result =
      run(parse("checks:\n  - red -> blue icmp: delivered\n"), {.stop = &stop});
  EXPECT_EQ(result.error, "");
  EXPECT_TRUE(result.interrupted);
}

// Stops as soon as the first check is decided.
TEST_F(RunnerTest, WhatWasDecidedBeforeAnInterruptIsKept) {
  std::atomic<bool> stop = false;
  const auto stop_after_one = [&](const Progress& progress) {
    if (progress.flows_done == 1) stop = true;
  };
  const ScenarioResult result = run(parse(R"(steps:
  - checks: [red -> blue icmp: delivered]
  - change: wait 10m
    checks: [blue -> red icmp: delivered]
)"),
                                    {.stop = &stop}, stop_after_one);
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Passed);
  EXPECT_TRUE(result.interrupted);
}

// Red asks for a neighbour that nobody is, and goes on asking: whenever the interrupt comes,
// nothing is proved by then.
TEST_F(RunnerTest, AWaitThatIsInterruptedDecidesNothing) {
  std::atomic<bool> stop = false;
  const std::jthread interrupter([&] {
    sys::EventLoop().run_until([] { return false; },
                               sys::Clock::now() + std::chrono::milliseconds(300));
    stop = true;
  });
  Scenario scenario = parse("checks:\n  - red -> 10.0.0.9 icmp: delivered\n");
  scenario.topology.node(NodeId(0)).sysctls = {{{"net.ipv4.neigh.eth0.mcast_solicit", "1000"}}};
  const ScenarioResult result = run(scenario, {.stop = &stop});
  EXPECT_EQ(result.error, "");
  EXPECT_TRUE(result.checks.empty());
  EXPECT_TRUE(result.interrupted);
}

// In one step, from one port: they take turns.
TEST_F(RunnerTest, ChecksFromOneSourcePortRunOneAfterTheOther) {
  const ScenarioResult result = run(parse(R"(listens: { blue: [udp/53, udp/54, tcp/80, tcp/81] }
checks:
  - red -> blue udp/53 source_port 4000: delivered
  - red -> blue udp/54 source_port 4000: delivered
  - red -> blue udp/53 source_port 4000: delivered
  - red -> blue tcp/80 source_port 4000: delivered
  - red -> blue tcp/81 source_port 4000: delivered
)"));
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.checks.size(), 5U);
  for (const CheckResult& check : result.checks) {
    EXPECT_EQ(check.outcome, Outcome::Passed) << check.name << ": " << check.observed;
  }
}

// red:eth0 10.0.0.1 ------ host:br ------ 10.0.0.2 eth0:blue
TEST_F(RunnerTest, ABridgeMayGoDownAndComeUp) {
  const auto scenario = parse_scenario(R"(
nodes: { red: {}, blue: {}, host: { bridges: { br: {} } } }
links: ["red:eth0 10.0.0.1/24 -- host:br/red", "blue:eth0 10.0.0.2/24 -- host:br/blue"]
steps:
  - change: link down host:br
    checks: [red -> blue icmp: lost at host]
  - change: link up host:br
    checks: [red -> blue icmp: delivered]
)",
                                       "bridge.scenario.yaml");
  ASSERT_TRUE(scenario) << to_string(scenario.error());
  const ScenarioResult result = run(*scenario);
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.checks.size(), 2U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Passed) << result.checks[0].observed;
  EXPECT_EQ(result.checks[1].outcome, Outcome::Passed) << result.checks[1].observed;
}

// A family that no address of the network is of: the kernel's refusal of the send is the answer.
TEST_F(RunnerTest, AnEchoOfAFamilyThatTheNetworkDoesNotUseHasNoRoute) {
  const ScenarioResult result = run(parse(R"(checks:
  - red -> fd00::2 icmp: no_route at red
  - red -> fd00::2 udp/53: no_route at red
)"));
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.checks.size(), 2U);
  EXPECT_EQ(result.checks[0].outcome, Outcome::Passed) << result.checks[0].observed;
  EXPECT_EQ(result.checks[1].outcome, Outcome::Passed) << result.checks[1].observed;
}

TEST_F(RunnerTest, ARunThatEndsIsNotInterrupted) {
  const std::atomic<bool> stop = false;
  EXPECT_FALSE(
      run(parse("checks:\n  - red -> blue icmp: delivered\n"), {.stop = &stop}).interrupted);
}

}  // namespace
}  // namespace topoproof::runner
