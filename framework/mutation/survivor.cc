// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/survivor.hh"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "mutation/telling_check.hh"
#include "runner/simulated_run.hh"
#include "scenario/listeners.hh"

namespace topoproof::mutation {
namespace {

using scenario::Outcome;

constexpr std::size_t kMostFlows = 64;  // that are tried, until a check is found
constexpr std::string_view kToldCheck = "the check that is told";

bool ends_so(const scenario::ScenarioResult& result, Outcome outcome) {
  return std::ranges::any_of(result.checks, [&](const auto& check) {
    return check.name == kToldCheck && check.outcome == outcome;
  });
}

Network with_check(Network network, std::size_t step, const scenario::Check& check) {
  network.scenario.steps[step].checks.emplace_back(check);
  return network;
}

scenario::ScenarioResult simulate(const Network& network) {
  return runner::simulate(network.scenario, compiler_of(network));
}

}  // namespace

Survivors::Survivors(const Network& network) : network_(network), questions_(network) {
  endings_.resize(questions_.size());
  questions_.ask(network, [this](std::size_t i, const Ending& ending) {
    endings_[i] = ending;
    return true;
  });
}

Network Survivors::planted(const Mutant& mutant) const {
  Network copy = network_;
  mutant.plant(copy);
  return copy;
}

Differences Survivors::differences(const Mutant& mutant) const {
  Differences found;
  try {
    questions_.ask(planted(mutant), [&](std::size_t i, const Ending& ending) {
      if (ending.unknown || endings_[i].unknown) {
        ++found.unknown;
      } else if (ending != endings_[i]) {
        found.flows.push_back(i);
      }
      return found.flows.size() < kMostFlows;
    });
  } catch (const std::exception& refused) {
    found.refused = refused.what();
  }
  return found;
}

void Survivors::conclude(const Mutant& mutant, const Differences& found, MutantResult& result) {
  if (!found.refused.empty()) {
    result.fate = Fate::Refused;
    result.note = found.refused;
  } else if (!found.flows.empty()) {
    tell(mutant, found.flows, result);
  } else if (found.unknown > 0) {
    result.fate = Fate::Unknown;
    result.note = fmt::format("of {} flows the simulator says nothing", found.unknown);
  } else {
    result.fate = Fate::Equivalent;
    result.note = fmt::format("none of {} flows ends otherwise", questions_.size());
  }
}

void Survivors::tell(const Mutant& mutant, const std::vector<std::size_t>& flows,
                     MutantResult& result) {
  const Network with = planted(mutant);
  const topology::Topology& topology = network_.scenario.topology;
  const auto describe_flow = [&](std::size_t i) {
    const AskedFlow asked = questions_.at(i);
    result.flow = scenario::describe(asked.flow, topology);
    result.here = describe(endings_[i], topology);
    result.there = describe(ending_of(questions_.predict(with, i)), topology);
  };
  describe_flow(flows.front());
  const bool noticed =
      std::ranges::any_of(told_, [&](const Told& told) { return is_noticed_by(told, mutant); });
  if (noticed) return;
  for (const std::size_t i : flows) {
    const AskedFlow asked = questions_.at(i);
    auto check = telling_check(asked.flow, questions_.predict(network_, i),
                               questions_.predict(with, i), topology);
    if (!check) continue;
    check->name = kToldCheck;
    Told told{asked.step, *std::move(check)};
    if (!passes_without_mutant(told) || !is_noticed_by(told, mutant)) continue;
    describe_flow(i);
    result.check = check_text(told.check, topology);
    if (network_.scenario.steps.size() > 1) {
      result.check_step = to_string(network_.scenario.steps[told.step].where);
    }
    told_.push_back(std::move(told));
    return;
  }
  const bool all_tried = flows.size() < kMostFlows;
  if (all_tried) result.fate = Fate::Equivalent;
  result.note =
      fmt::format("{} flows end otherwise, and no check of one of them can tell", flows.size());
}

bool Survivors::passes_without_mutant(const Told& told) const {
  const Network with = with_check(network_, told.step, told.check);
  if (!scenario::check_listeners(with.scenario).empty()) return false;
  const auto result = simulate(with);
  const bool none_fails = std::ranges::none_of(
      result.checks, [](const auto& check) { return check.outcome == Outcome::Failed; });
  return none_fails && ends_so(result, Outcome::Passed);
}

bool Survivors::is_noticed_by(const Told& told, const Mutant& mutant) const {
  Network with = with_check(network_, told.step, told.check);
  mutant.plant(with);
  return ends_so(simulate(with), Outcome::Failed);
}

}  // namespace topoproof::mutation
