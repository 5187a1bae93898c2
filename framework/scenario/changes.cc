// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/changes.hh"

#include <algorithm>

#include "plan/planner.hh"

namespace topoproof::scenario {
namespace {

struct ToSteps {
  std::string reason;

  std::vector<plan::Step> operator()(const SetLink& change) const {
    return {{plan::SetLink{.node = change.node, .interface = change.interface, .up = change.up},
             reason}};
  }
  std::vector<plan::Step> operator()(const Impair& change) const {
    return {{plan::Impair{change.node, change.interface, change.impairment}, reason}};
  }
  std::vector<plan::Step> operator()(const ChangeRoute& change) const {
    if (change.action == ChangeRoute::Action::Add) {
      return {{plan::AddRoute{change.node, change.route}, reason}};
    }
    return {{plan::DeleteRoute{change.node, change.route}, reason}};
  }
  std::vector<plan::Step> operator()(const SetSysctl& change) const {
    return {{plan::SetSysctl{change.node, change.sysctl}, reason}};
  }
  std::vector<plan::Step> operator()(const ReplaceRules& change) const {
    std::vector<plan::Step> steps{{plan::FlushRuleset{change.node}, reason}};
    for (plan::Step& step : plan::rule_steps(change.node, change.rules)) {
      steps.push_back(std::move(step));
    }
    return steps;
  }
  std::vector<plan::Step> operator()(const FlapLink&) const { return {}; }
  std::vector<plan::Step> operator()(const Wait&) const { return {}; }
};

struct ToTopology {
  topology::Topology& topology;

  void operator()(const SetLink&) const {}
  void operator()(const FlapLink&) const {}
  void operator()(const Impair&) const {}
  void operator()(const ChangeRoute&) const {}
  void operator()(const SetSysctl& change) const {
    topology.node(change.node).sysctls.push_back({change.sysctl});
  }
  void operator()(const ReplaceRules& change) const {
    topology::Node& node = topology.node(change.node);
    node.masquerade = change.rules.masquerade;
    node.snat = change.rules.snat;
    node.port_forwards = change.rules.port_forwards;
    node.rules = change.rules.rules;
  }
  void operator()(const Wait&) const {}
};

}  // namespace

std::vector<plan::Step> steps_of(const Change& change) {
  return std::visit(ToSteps{"the scenario changes it at " + to_string(change.where)}, change.what);
}

bool has_flaps(const Scenario& scenario) {
  return std::ranges::any_of(scenario.steps, [](const Step& step) {
    return std::ranges::any_of(step.changes, [](const Change& change) {
      return std::holds_alternative<FlapLink>(change.what);
    });
  });
}

void apply_to(topology::Topology& topology, const Change& change) {
  std::visit(ToTopology{topology}, change.what);
}

}  // namespace topoproof::scenario
