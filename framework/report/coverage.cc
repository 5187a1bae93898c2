// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/coverage.hh"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "base/printable.hh"

namespace topoproof::report {
namespace {

using nlohmann::ordered_json;
using scenario::RuleUse;
using scenario::ScenarioResult;

std::string coverage_text_of(const ScenarioResult& scenario) {
  const auto met =
      std::ranges::count_if(scenario.rules, [](const RuleUse& rule) { return rule.packets > 0; });
  std::string text = fmt::format("{}: {} of {} rules met packets\n", printable(scenario.name), met,
                                 scenario.rules.size());
  for (const RuleUse& rule : scenario.rules) {
    if (rule.packets > 0) continue;
    text += fmt::format("  never    {} {}\n", printable(rule.node), printable(rule.text));
  }
  return text;
}

}  // namespace

std::string coverage_text(const scenario::RunResult& run) {
  std::string text;
  for (const ScenarioResult& scenario : run.scenarios) {
    if (!scenario.rules.empty()) text += coverage_text_of(scenario);
  }
  return text;
}

std::string coverage_json(const scenario::RunResult& run) {
  ordered_json scenarios = ordered_json::array();
  for (const ScenarioResult& scenario : run.scenarios) {
    ordered_json rules = ordered_json::array();
    for (const RuleUse& rule : scenario.rules) {
      rules.push_back({{"node", valid_utf8(rule.node)},
                       {"rule", valid_utf8(rule.text)},
                       {"file", valid_utf8(rule.where.file)},
                       {"line", rule.where.line},
                       {"packets", rule.packets}});
    }
    scenarios.push_back({{"name", valid_utf8(scenario.name)},
                         {"file", valid_utf8(scenario.file)},
                         {"rules", std::move(rules)}});
  }
  return ordered_json{{"version", 1}, {"scenarios", std::move(scenarios)}}.dump(2) + "\n";
}

}  // namespace topoproof::report
