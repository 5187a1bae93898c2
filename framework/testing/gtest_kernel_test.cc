// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>
#include <fstream>

#include "sys/files.hh"
#include "testing/gtest.hh"

// The shipped scenarios, each check a test of this program.
TOPOPROOF_SCENARIOS("../../scenarios");

namespace topoproof::testing {
namespace {

constexpr std::string_view kPair = R"(
nodes: { red: {}, blue: { listens: [tcp/80] } }
links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
)";

std::vector<ScenarioTest> tests_of(std::string_view checks) {
  const sys::TempDir folder;
  std::ofstream(folder.path() / "pair.scenario.yaml") << kPair << checks;
  return scenario_tests(folder.path().string());
}

TEST(ScenarioTests, AreTheChecksOfAllFiles) {
  EXPECT_GT(topoproof_scenarios_of_file, 20U);
  const auto tests =
      tests_of("checks: [ red -> blue icmp: delivered, red -> blue tcp/80: dropped ]");
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_EQ(tests[0].scenario, "pair");
  EXPECT_EQ(tests[0].check, "red -> blue icmp: delivered");
  EXPECT_EQ(tests[0].run().outcome, TestResult::Outcome::Passed);
  const TestResult failed = tests[1].run();
  EXPECT_EQ(failed.outcome, TestResult::Outcome::Failed);
  EXPECT_NE(failed.text.find("observed  delivered at blue"), std::string::npos) << failed.text;
}

TEST(ScenarioTests, OfAMatrixAreOne) {
  const auto tests =
      tests_of("checks: [ { matrix: { nodes: [red, blue], with: icmp, should: no_route } } ]");
  ASSERT_EQ(tests.size(), 1U);
  const TestResult failed = tests[0].run();
  EXPECT_EQ(failed.outcome, TestResult::Outcome::Failed);
  EXPECT_NE(failed.text.find("blue -> red icmp"), std::string::npos) << failed.text;
}

TEST(ScenarioTests, OfAWrongFileFailWithItsIssues) {
  const auto tests = tests_of("chekcs: []");
  ASSERT_EQ(tests.size(), 1U);
  EXPECT_NE(tests[0].run().text.find("unknown key 'chekcs'"), std::string::npos);
}

TEST(LabForTest, RunsProgramsInItsNodes) {
  LabForTest net(kPair);
  EXPECT_EQ(net.run("red", {"ping", "-c1", "10.0.0.2"}).exit_status, 0);
  EXPECT_THROW(net.run("green", {"true"}), std::out_of_range);
  std::string inside;
  net.run_in("blue", [&] { inside = sys::read_file("/proc/thread-self/net/dev").value_or(""); });
  EXPECT_NE(inside.find("eth0"), std::string::npos);
}

}  // namespace
}  // namespace topoproof::testing
