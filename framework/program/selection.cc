// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/selection.hh"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/printable.hh"
#include "scenario/listeners.hh"

namespace topoproof::program {
namespace {

const std::string& name_of(const scenario::CheckItem& item) {
  return std::visit([](const auto& check) -> const std::string& { return check.name; }, item);
}

// The pairs of a matrix that is not meant as a whole, as a failed one is named.
std::vector<std::size_t> pairs_of(const scenario::Matrix& matrix,
                                  const scenario::Scenario& scenario,
                                  const scenario::NameExpression& expression) {
  std::vector<std::size_t> pairs;
  for (std::size_t i = 0; i < scenario::check_count(matrix); ++i) {
    const std::array<std::string, 4> names{scenario.name, scenario.file, matrix.name,
                                           scenario::check_at(matrix, scenario.topology, i).name};
    if (expression.matches(names)) pairs.push_back(i);
  }
  return pairs;
}

// False if nothing of it is meant.
bool keep_meant(scenario::CheckItem& item, const scenario::Scenario& scenario,
                const scenario::NameExpression& expression) {
  const std::array<std::string, 3> names{scenario.name, scenario.file, name_of(item)};
  if (expression.matches(names)) return true;
  auto* matrix = std::get_if<scenario::Matrix>(&item);
  if (matrix == nullptr || !matrix->sample.empty()) return false;
  matrix->sample = pairs_of(*matrix, scenario, expression);
  return !matrix->sample.empty();
}

}  // namespace

scenario::Scenario select(scenario::Scenario scenario, const scenario::NameExpression& expression) {
  scenario.left_out = scenario::find_listeners(scenario);
  for (scenario::Step& step : scenario.steps) {
    std::erase_if(step.checks, [&](scenario::CheckItem& item) {
      return !keep_meant(item, scenario, expression);
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
