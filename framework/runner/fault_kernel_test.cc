// SPDX-License-Identifier: GPL-2.0-or-later
// What the runner says when the machine, or the network itself, keeps it from its work: always an
// error, never a pass, and never for ever.
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "checks/compile_rules.hh"
#include "runner/runner.hh"
#include "scenario/reader.hh"
#include "sys/kernel_test.hh"

namespace topoproof::runner::fault_kernel_test {
namespace {

using checks::make_rule_compiler;
using scenario::CheckResult;
using scenario::parse_scenario;
using scenario::Scenario;
using scenario::ScenarioResult;

using FaultTest = sys::KernelTest;

Scenario parse(const std::string& text) {
  auto scenario = parse_scenario("name: fault\n" + text, "fault.scenario.yaml");
  if (!scenario) throw std::runtime_error(to_string(scenario.error()));
  return *std::move(scenario);
}

// red ---- r1 ---- r2
//            \    /      each of the three sends what it does not know to the next
//              r3
constexpr std::string_view kLoop = R"(
nodes:
  red: { routes: [default via 10.0.0.1] }
  r1: { forwarding: true, routes: [default via 10.0.12.2] }
  r2: { forwarding: true, routes: [default via 10.0.23.3] }
  r3: { forwarding: true, routes: [default via 10.0.31.1] }
links:
  - red:eth0 10.0.0.2/24 -- r1:eth0 10.0.0.1/24
  - r1:eth1 10.0.12.1/24 -- r2:eth0 10.0.12.2/24
  - r2:eth1 10.0.23.2/24 -- r3:eth0 10.0.23.3/24
  - r3:eth1 10.0.31.3/24 -- r1:eth2 10.0.31.1/24
checks:
)";

std::string many_round_trips(int flows) {
  std::string checks;
  for (int i = 0; i < flows; ++i) {
    checks += fmt::format("  - red -> 10.9.{}.{} udp/7: ttl_exceeded\n", i / 200, i % 200 + 1);
  }
  return checks;
}

// "outcome: last note" of each different kind of result, one a line.
std::string kinds(const ScenarioResult& result) {
  std::set<std::string> lines;
  for (const CheckResult& check : result.checks) {
    lines.insert(fmt::format("{}: {}\n", to_string(check.outcome),
                             check.notes.empty() ? "" : check.notes.back()));
  }
  return fmt::format("{}", fmt::join(lines, ""));
}

TEST_F(FaultTest, APacketThatGoesRoundUntilItsTimeToLiveEndsIsNoFault) {
  const ScenarioResult result = run(parse(std::string(kLoop) + many_round_trips(1)));
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(kinds(result), "passed: \n");
}

TEST_F(FaultTest, ChecksAreErrorsWhereTheCapturesLostFrames) {
  const ScenarioResult result = run(parse(std::string(kLoop) + many_round_trips(400)));
  EXPECT_EQ(result.checks.size(), 400U);
  EXPECT_EQ(kinds(result),
            "error: more frames came to r1, r2, r3 at once than the captures hold, and some were "
            "lost, so this proves nothing: look for packets that go round or are flooded; else "
            "check less at a time (-j 1, -k)\n");
}

// red, blue and green on a bridge of the host
constexpr std::string_view kBridged = R"(
nodes: { red: {}, blue: {}, green: {}, host: { bridges: { br0: {} } } }
links:
  - red:eth0 10.0.0.1/24 -- host:br0/p1
  - blue:eth0 10.0.0.2/24 -- host:br0/p2
  - green:eth0 10.0.0.3/24 -- host:br0/p3
)";

TEST_F(FaultTest, ABridgeThatWouldFloodMoreThanTheMachineHoldsIsRefused) {
  const auto scenario = parse(std::string(kBridged) + "checks: [red -> blue icmp: delivered]\n");
  const ScenarioResult result = run(scenario, {.limits = plan::Limits{.backlog = 2}});
  EXPECT_EQ(
      result.error,
      "the network cannot be planned:\n"
      "fault.scenario.yaml:3:59: error: bridge br0 has 3 ports, but a frame to all of them "
      "would overflow this machine's backlog of 2 frames: raise net.core.netdev_max_backlog\n");
  EXPECT_TRUE(result.checks.empty());
}

// red eth0 ------ eth0 blue: both send all frames back before anything else sees them
constexpr std::string_view kPingPong = R"(
nodes:
  red:
    nftables: &back |
      table netdev back {
        chain in { type filter hook ingress device eth0 priority 0; fwd to eth0; }
      }
  blue: { nftables: *back }
links: ["red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24"]
checks: [red -> blue icmp: delivered]
)";

TEST_F(FaultTest, ANetworkThatNeverComesToRestIsAnErrorAndNotWaitedFor) {
  const ScenarioResult result = run(parse(std::string(kPingPong)));
  if (result.error.contains("Could not process rule")) TOPOPROOF_SKIP("fwd of nf_tables");
  EXPECT_TRUE(result.error.starts_with("the network does not come to rest")) << result.error;
}

// It becomes part of what is said of each packet that meets the rules.
TEST_F(FaultTest, WhyRulesWereNotCompiledIsSaidOnOneLine) {
  const Scenario scenario = parse(
      "nodes: { red: {}, blue: {} }\nlinks: [red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24]\n"
      "checks: [red -> blue icmp: delivered]\n");
  const auto compiled = make_rule_compiler(scenario.topology)(
      NodeId(0), {.text = "table ip t {\n chain c {\n  nonsense\n }\n}\ntable ip u { more }\n"});
  ASSERT_FALSE(compiled);
  EXPECT_TRUE(compiled.error().starts_with("rules not compiled: ")) << compiled.error();
  EXPECT_FALSE(compiled.error().contains('\n')) << compiled.error();
}

}  // namespace
}  // namespace topoproof::runner::fault_kernel_test
