// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/single_check.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/runner.hh"
#include "scenario/reader.hh"

namespace topoproof::runner {
namespace {

using scenario::CheckResult;
using scenario::parse_scenario;
using scenario::ScenarioResult;

constexpr const char* kFile = "fates.scenario.yaml";

std::vector<CheckResult> run_text(const std::string& text) {
  const auto scenario = parse_scenario(text, kFile);
  if (!scenario) {
    ADD_FAILURE() << to_string(scenario.error()) << "\nin\n" << text;
    return {};
  }
  ScenarioResult result = run(*scenario);
  EXPECT_EQ(result.error, "") << "in\n" << text;
  return std::move(result.checks);
}

}  // namespace

std::vector<CheckResult> run_checks(const std::string& network, std::string_view checks) {
  return run_text(fmt::format("{}checks:\n{}", network, checks));
}

std::vector<CheckResult> run_steps(const std::string& network, std::string_view steps) {
  return run_text(fmt::format("{}steps:\n{}", network, steps));
}

std::string told(const CheckResult& result) {
  return fmt::format("{}: {}", to_string(result.outcome), result.observed);
}

std::string told(const std::string& network, std::string_view check) {
  const auto results = run_checks(network, fmt::format("  - {}\n", check));
  return results.empty() ? "nothing" : told(results.front());
}

}  // namespace topoproof::runner
