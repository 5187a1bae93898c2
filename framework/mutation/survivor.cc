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

bool is_told_check(const scenario::CheckResult& check) { return check.name == kToldCheck; }

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
  } else if (!mutant.unasked.empty()) {
    result.fate = Fate::Unknown;
    result.note = fmt::format(
        "not proved: none of {} flows ends otherwise, but its rule asks for {}, in which none of "
        "them differs",
        questions_.size(), mutant.unasked);
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
    result.flow = describe(asked.flow, topology);
    result.here = describe(endings_[i], topology);
    result.there = describe(ending_of(questions_.predict(with, i)), topology);
  };
  describe_flow(flows.front());
  if (!told_.empty() && is_noticed(mutant, told_)) return;
  bool contradicts = false;
  for (const std::size_t i : flows) {
    const AskedFlow asked = questions_.at(i);
    auto check = telling_check(asked.flow, questions_.predict(network_, i),
                               questions_.predict(with, i), topology);
    if (!check) continue;
    check->name = kToldCheck;
    const Told told{asked.step, *std::move(check)};
    if (!pass_without_mutant({told}) || !is_noticed(mutant, {told})) continue;
    // Who takes what is told takes all of it: one check may need a listener where another wants
    // none.
    told_.push_back(told);
    if (!pass_without_mutant(told_) || !is_noticed(mutant, told_)) {
      told_.pop_back();
      contradicts = true;
      continue;
    }
    describe_flow(i);
    result.check = check_text(told.check, topology);
    if (network_.scenario.steps.size() > 1) {
      result.check_step = to_string(network_.scenario.steps[told.step].where);
    }
    return;
  }
  if (contradicts) {
    result.note = "a check would notice that contradicts one of those above";
    return;
  }
  const bool all_tried = flows.size() < kMostFlows;
  if (all_tried) result.fate = Fate::Equivalent;
  result.note =
      fmt::format("{} flows end otherwise, and no check of one of them can tell", flows.size());
}

Network Survivors::with_checks(const std::vector<Told>& checks) const {
  Network network = network_;
  for (const Told& told : checks) {
    network.scenario.steps[told.step].checks.emplace_back(told.check);
  }
  return network;
}

bool Survivors::pass_without_mutant(const std::vector<Told>& checks) const {
  const Network with = with_checks(checks);
  if (!scenario::check_listeners(with.scenario).empty()) return false;
  const auto result = simulate(with);
  return result.error.empty() && std::ranges::none_of(result.checks, [](const auto& check) {
           return check.outcome == Outcome::Failed ||
                  (is_told_check(check) && check.outcome != Outcome::Passed);
         });
}

bool Survivors::is_noticed(const Mutant& mutant, const std::vector<Told>& checks) const {
  Network with = with_checks(checks);
  mutant.plant(with);
  return std::ranges::any_of(simulate(with).checks, [](const auto& check) {
    return is_told_check(check) && check.outcome == Outcome::Failed;
  });
}

}  // namespace topoproof::mutation
