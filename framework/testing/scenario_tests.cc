// SPDX-License-Identifier: GPL-2.0-or-later
#include "testing/scenario_tests.hh"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <variant>

#include "document/reader.hh"
#include "report/facts.hh"
#include "runner/runner.hh"
#include "scenario/reader.hh"

namespace topoproof::testing {
namespace {

namespace fs = std::filesystem;
using scenario::CheckResult;
using scenario::Outcome;

// Runs its scenario once, when first asked.
class Run {
 public:
  explicit Run(scenario::Scenario scenario) : scenario_(std::move(scenario)) {}

  // Of one of its items; a matrix is one of several results.
  TestResult of(const std::string& name, const Location& where) {
    if (!result_) result_ = runner::run(scenario_);
    if (!result_->error.empty()) return {TestResult::Outcome::Failed, result_->error};
    TestResult sum{TestResult::Outcome::Failed, "nothing came of it"};
    bool first = true;
    for (const CheckResult& check : result_->checks) {
      if (check.where != where || (check.name != name && !is_of_matrix(where))) continue;
      if (std::exchange(first, false)) sum = {};
      add(check, sum);
    }
    return sum;
  }

 private:
  bool is_of_matrix(const Location& where) const {
    for (const scenario::Step& step : scenario_.steps) {
      for (const scenario::CheckItem& item : step.checks) {
        const auto* matrix = std::get_if<scenario::Matrix>(&item);
        if (matrix != nullptr && matrix->where == where) return true;
      }
    }
    return false;
  }

  static void add(const CheckResult& check, TestResult& sum) {
    if (check.outcome == Outcome::Passed) return;
    const bool skipped = check.outcome == Outcome::Skipped;
    if (!skipped) sum.outcome = TestResult::Outcome::Failed;
    if (skipped && sum.outcome == TestResult::Outcome::Passed) {
      sum.outcome = TestResult::Outcome::Skipped;
    }
    sum.text += check.name + ": " + std::string(to_string(check.outcome)) + "\n" +
                report::facts_text(check, "  ");
  }

  scenario::Scenario scenario_;
  std::optional<scenario::ScenarioResult> result_;
};

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().string().ends_with(".scenario.yaml")) files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

void add_tests(const std::string& file, std::vector<ScenarioTest>& tests) {
  Issues issues;
  auto scenario = scenario::load_scenario(file, document::read_text_file, issues);
  if (has_errors(issues)) {
    const TestResult wrong{TestResult::Outcome::Failed, to_string(issues)};
    tests.push_back({fs::path(file).stem().stem().string(), "can be read", issues.front().where,
                     [wrong] { return wrong; }});
    return;
  }
  const auto run = std::make_shared<Run>(scenario);
  for (const scenario::Step& step : scenario.steps) {
    for (const scenario::CheckItem& item : step.checks) {
      const auto& [name, where] =
          std::visit([](const auto& i) { return std::pair(i.name, i.where); }, item);
      tests.push_back(
          {scenario.name, name, where, [run, name, where] { return run->of(name, where); }});
    }
  }
}

}  // namespace

std::vector<ScenarioTest> scenario_tests(const std::string& folder) {
  std::vector<ScenarioTest> tests;
  for (const std::string& file : files_below(folder)) add_tests(file, tests);
  return tests;
}

}  // namespace topoproof::testing
