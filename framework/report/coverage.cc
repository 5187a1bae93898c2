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

std::string uses_text(std::string_view scenario, std::string_view what,
                      const std::vector<RuleUse>& uses) {
  if (uses.empty()) return {};
  const auto met = std::ranges::count_if(uses, [](const RuleUse& use) { return use.packets > 0; });
  std::string text =
      fmt::format("{}: {} of {} {} met packets\n", printable(scenario), met, uses.size(), what);
  for (const RuleUse& use : uses) {
    if (use.packets > 0) continue;
    text += fmt::format("  never    {} {}\n", printable(use.node), printable(use.text));
  }
  return text;
}

ordered_json uses_json(std::string_view what, const std::vector<RuleUse>& uses) {
  ordered_json list = ordered_json::array();
  for (const RuleUse& use : uses) {
    list.push_back({{"node", valid_utf8(use.node)},
                    {std::string(what), valid_utf8(use.text)},
                    {"file", valid_utf8(use.where.file)},
                    {"line", use.where.line},
                    {"packets", use.packets}});
  }
  return list;
}

}  // namespace

std::string coverage_text(const scenario::RunResult& run) {
  std::string text;
  for (const ScenarioResult& scenario : run.scenarios) {
    text += uses_text(scenario.name, "rules", scenario.rules);
    text += uses_text(scenario.name, "routes", scenario.routes);
  }
  return text;
}

std::string coverage_json(const scenario::RunResult& run) {
  ordered_json scenarios = ordered_json::array();
  for (const ScenarioResult& scenario : run.scenarios) {
    scenarios.push_back({{"name", valid_utf8(scenario.name)},
                         {"file", valid_utf8(scenario.file)},
                         {"rules", uses_json("rule", scenario.rules)},
                         {"routes", uses_json("route", scenario.routes)}});
  }
  return ordered_json{{"version", 1}, {"scenarios", std::move(scenarios)}}.dump(2) + "\n";
}

}  // namespace topoproof::report
