// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/single_check.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scenario/reader.hh"
#include "scenario/runner.hh"

namespace topoproof::scenario {
namespace {

constexpr const char* kFile = "fates.scenario.yaml";

std::string routed_text(const RoutedPair& network, std::string_view left, std::string_view right) {
  return fmt::format(
      "nodes:\n  a: {{ {} }}\n  r: {{ {} }}\n  b: {{ {} }}\n"
      "links:\n"
      "  - endpoints: ['a:eth0 {}2{}', 'r:left {}1{}']\n"
      "  - endpoints: ['r:right {}1{}', 'b:eth0 {}2{}']\n    {}\n",
      network.a, network.r, network.b, left.substr(0, left.find('/')), left.substr(left.find('/')),
      left.substr(0, left.find('/')), left.substr(left.find('/')), right.substr(0, right.find('/')),
      right.substr(right.find('/')), right.substr(0, right.find('/')),
      right.substr(right.find('/')), network.right);
}

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

std::string to_text(const RoutedPair& network) {
  return routed_text(network, "10.1.0./24", "10.2.0./24");
}

std::string to_ipv6_text(const RoutedPair& network) {
  return routed_text(network, "fd01::/64", "fd02::/64");
}

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

}  // namespace topoproof::scenario
