// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/network_plan.hh"

#include <stdexcept>

#include "plan/planner.hh"
#include "scenario/neighbor_pairs.hh"

namespace topoproof::scenario {

plan::Plan make_plan_or_throw(const Scenario& scenario, const std::optional<plan::Limits>& limits) {
  plan::PlanOptions options{.limits = limits};
  options.pairs = neighbor_pairs_of(scenario);
  options.impatient = impatient_nodes_of(scenario);
  auto plan = plan::make_plan(scenario.topology, options);
  if (!plan) throw std::runtime_error("the network cannot be planned:\n" + to_string(plan.error()));
  return *std::move(plan);
}

}  // namespace topoproof::scenario
