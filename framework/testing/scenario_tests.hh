// SPDX-License-Identifier: GPL-2.0-or-later
// The checks of scenario files as tests of some test framework: each has a name, a place, and what
// came of it. gtest.hh registers them with GoogleTest.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/issue.hh"

namespace topoproof::testing {

struct TestResult {
  enum class Outcome { Passed, Failed, Skipped };
  Outcome outcome = Outcome::Passed;
  std::string text = {};  // what is known of a failure or skip
};

struct ScenarioTest {
  std::string scenario;
  std::string check;
  Location where;
  // The first of a scenario's tests to run carries out the whole scenario: its steps build upon
  // each other, and its network is built once. REQUIRES: sys::enter_sandbox() was called.
  std::function<TestResult()> run;
};

// Of all *.scenario.yaml below the folder, in order; of a file that is wrong one test, which fails
// with all that is wrong with it. A divergence and an error are failures.
std::vector<ScenarioTest> scenario_tests(const std::string& folder);

}  // namespace topoproof::testing
