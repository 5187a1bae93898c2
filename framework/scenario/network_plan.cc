// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/network_plan.hh"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "plan/planner.hh"
#include "scenario/asking_nodes.hh"
#include "scenario/neighbor_pairs.hh"

namespace topoproof::scenario {

namespace {

// Those that a step impairs: it cannot be done to a link that is there already.
std::vector<LinkId> links_to_impair(const Scenario& scenario) {
  std::vector<LinkId> links;
  for (const Step& step : scenario.steps) {
    for (const Change& change : step.changes) {
      const auto* impair = std::get_if<Impair>(&change.what);
      if (impair == nullptr) continue;
      for (const LinkId id : scenario.topology.links_of(impair->node)) {
        const auto& ends = scenario.topology.link(id).ends;
        const bool is_meant = std::ranges::any_of(ends, [&](const topology::Endpoint& end) {
          return end.node == impair->node && end.interface == impair->interface;
        });
        if (is_meant) links.push_back(id);
      }
    }
  }
  return links;
}

}  // namespace

plan::Plan make_plan_or_throw(const Scenario& scenario, const std::optional<plan::Limits>& limits) {
  plan::PlanOptions options{.limits = limits};
  options.pairs = neighbor_pairs_of(scenario);
  options.resolving = asking_nodes_of(scenario);
  options.impatient = impatient_nodes_of(scenario);
  std::ranges::copy(options.resolving, std::back_inserter(options.impatient));
  options.carried = links_to_impair(scenario);
  auto plan = plan::make_plan(scenario.topology, options);
  if (!plan && !options.resolving.empty()) {
    // More would ask than this machine's table holds. What the simulator foretells has no such
    // limit: where it matters, the two differ.
    options.resolving.clear();
    plan = plan::make_plan(scenario.topology, options);
  }
  if (!plan) throw std::runtime_error("the network cannot be planned:\n" + to_string(plan.error()));
  return *std::move(plan);
}

}  // namespace topoproof::scenario
