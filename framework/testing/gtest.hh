// SPDX-License-Identifier: GPL-2.0-or-later
// topoproof in programs of GoogleTest. The program links topoproof::testing and GTest::gtest:
//
//   TOPOPROOF_SCENARIOS("scenarios");  // each check below the folder is a test
//
//   TEST(MyDaemon, Answers) {
//     topoproof::testing::LabForTest net("...");
//     EXPECT_EQ(net.run("red", {"ping", "-c1", "10.0.0.2"}).exit_status, 0);
//   }
//
//   int main(int argc, char** argv) { return topoproof::testing::run_all_tests(argc, argv); }
#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "sys/sandbox.hh"
#include "testing/lab_for_test.hh"
#include "testing/scenario_tests.hh"

namespace topoproof::testing {

class RegisteredScenarioTest : public ::testing::Test {
 public:
  explicit RegisteredScenarioTest(ScenarioTest test) : test_(std::move(test)) {}
  void TestBody() override {
    const TestResult result = test_.run();
    if (result.outcome == TestResult::Outcome::Skipped) GTEST_SKIP() << result.text;
    if (result.outcome == TestResult::Outcome::Failed) {
      ADD_FAILURE_AT(test_.where.file.c_str(), test_.where.line) << result.text;
    }
  }

 private:
  ScenarioTest test_;
};

// RETURNS: how many tests there are.
inline std::size_t register_scenarios(const std::string& folder) {
  std::size_t count = 0;
  for (const ScenarioTest& test : scenario_tests(folder)) {
    ::testing::RegisterTest(
        test.scenario.c_str(), test.check.c_str(), nullptr, nullptr, test.where.file.c_str(),
        test.where.line, [test]() -> ::testing::Test* { return new RegisteredScenarioTest(test); });
    ++count;
  }
  return count;
}

// Leaves the machine's own network, which has to be done before there is a second thread, and runs
// the tests. THROWS: sys::SystemError, with what to change where no namespace can be entered.
inline int run_all_tests(int argc, char** argv) {
  sys::enter_sandbox();
  sys::raise_open_file_limit();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace topoproof::testing

// The folder is as seen from where the program is started.
#define TOPOPROOF_SCENARIOS(folder)                                       \
  [[maybe_unused]] static const std::size_t topoproof_scenarios_of_file = \
      ::topoproof::testing::register_scenarios(folder)
