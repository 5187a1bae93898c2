// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/selection.hh"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/printable.hh"
#include "scenario/listeners.hh"

namespace topoproof::program {
namespace {

const std::string& name_of(const scenario::CheckItem& item) {
  return std::visit([](const auto& check) -> const std::string& { return check.name; }, item);
}

}  // namespace

scenario::Scenario select(scenario::Scenario scenario, const scenario::NameExpression& expression) {
  scenario.left_out = scenario::find_listeners(scenario);
  for (scenario::Step& step : scenario.steps) {
    std::erase_if(step.checks, [&](const scenario::CheckItem& item) {
      const std::array<std::string, 3> names{scenario.name, scenario.file, name_of(item)};
      return !expression.matches(names);
    });
  }
  while (!scenario.steps.empty() && scenario.steps.back().checks.empty()) {
    scenario.steps.pop_back();
  }
  return scenario;
}

bool has_checks(const scenario::Scenario& scenario) {
  return std::ranges::any_of(scenario.steps,
                             [](const scenario::Step& step) { return !step.checks.empty(); });
}

std::string list_text(const scenario::Scenario& scenario) {
  std::string out = fmt::format("{}: {}\n", printable(scenario.file), printable(scenario.name));
  for (const scenario::Step& step : scenario.steps) {
    for (const scenario::CheckItem& item : step.checks) {
      out += fmt::format("  {}\n", printable(name_of(item)));
    }
  }
  return out;
}

}  // namespace topoproof::program
