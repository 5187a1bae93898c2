// SPDX-License-Identifier: GPL-2.0-or-later
// Property: a plan is the same each time; a kernel in memory accepts each of its steps, and holds
// in the end just what the plan expects; an update to the same plan does nothing, one to bare nodes
// leaves nothing but what it says it cannot undo, and one back from there builds all of it again.
#include "fuzz/make_network.hh"
#include "fuzz/target.hh"
#include "lab/fake_executor.hh"
#include "plan/planner.hh"
#include "plan/update.hh"

namespace topoproof::fuzz {
namespace {

plan::Plan plan_of_bare_nodes(const topology::Topology& network) {
  topology::Topology bare(network.name());
  for (const topology::Node& node : network.nodes()) bare.add_node({.name = node.name});
  return plan::make_plan(bare, {}).value();
}

// Without sysctls, which stay as they are.
plan::States objects_of(plan::States states) {
  for (state::Namespace& ns : states) {
    ns.sysctls.clear();
    ns = normalize(std::move(ns));
  }
  return states;
}

// RETURNS: the plan of what runs then.
plan::Plan change(lab::FakeExecutor& kernel, const plan::Plan& from, const plan::Plan& to) {
  const plan::Update update = plan::make_update(from, to);
  for (const plan::Step& step : update.steps) kernel.execute(step);
  TOPOPROOF_CHECK(objects_of(kernel.states()) == objects_of(plan::expected(update.plan)),
                  "an update leads to the other plan");
  return update.plan;
}

}  // namespace

void run(BytesView input) {
  ByteSource source(input);
  const topology::Topology network = make_network(source);
  const plan::PlanOptions options{.neighbors = source.coin() ? plan::Neighbors::All
                                                             : plan::Neighbors::Needed};
  const auto plan = plan::make_plan(network, options);
  if (!plan) return;  // refused with its reasons: masquerade by an interface that the node lacks
  TOPOPROOF_CHECK(plan::make_plan(network, options) == plan, "same each time");
  TOPOPROOF_CHECK(plan::make_update(*plan, *plan).is_empty(), "nothing is to be done");
  lab::FakeExecutor kernel(plan->nodes);
  execute(*plan, kernel);
  TOPOPROOF_CHECK(kernel.states() == plan::expected(*plan), "what it expects is what it builds");
  const plan::Plan bare = change(kernel, *plan, plan_of_bare_nodes(network));
  change(kernel, bare, *plan);
}

}  // namespace topoproof::fuzz
