// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/namespace_steps.hh"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "plan/pins.hh"
#include "plan/reason.hh"
#include "topology/interfaces.hh"

namespace topoproof::plan {
namespace {

using topology::Topology;

bool says_sysctl(const topology::Node& node, std::string_view sysctl) {
  return std::ranges::any_of(node.sysctls,
                             [&](const auto& s) { return is_same_sysctl(s.value.name, sysctl); });
}

bool is_of_namespace(const Step& step) {
  const auto* set = std::get_if<SetSysctl>(&step.operation);
  return std::holds_alternative<CreateNamespace>(step.operation) ||
         (set != nullptr && interface_of_sysctl(set->sysctl.name).empty());
}

// All that namespace_steps() looks at.
bool has_same_namespace(const Topology& a, NodeId in_a, const Topology& b, NodeId in_b) {
  const topology::Node& before = a.node(in_a);
  const topology::Node& after = b.node(in_b);
  const auto is_same = [](const auto& x, const auto& y) { return x.value == y.value; };
  return before.forwarding == after.forwarding &&
         std::ranges::equal(before.sysctls, after.sysctls, is_same) &&
         a.bridges_of(in_a).empty() == b.bridges_of(in_b).empty();
}

}  // namespace

// Sysctls of the namespace are written before it has links: links inherit them when they are born.
// Forwarding comes first, stated or pinned: writing it resets other settings.
std::vector<Step> namespace_steps(const Topology& topology, NodeId id, bool ipv6) {
  const topology::Node& node = topology.node(id);
  std::vector<Step> steps;
  const PinScope scope{
      .forwarding = node.forwarding, .bridges = !topology.bridges_of(id).empty(), .ipv6 = ipv6};
  const std::vector<Pin>& pins = pins_of(scope);
  steps.reserve(1 + pins.size() + node.sysctls.size());
  steps.push_back({CreateNamespace{id}, fmt::format("node {} exists", node.name)});
  const auto set_stated = [&](bool resets_others) {
    for (const auto& sysctl : node.sysctls) {
      const std::string& name = sysctl.value.name;
      if (!interface_of_sysctl(name).empty()) continue;
      if (is_forwarding_of_ipv4(name) != resets_others) continue;
      steps.push_back({SetSysctl{id, sysctl.value}, stated(sysctl.where)});
    }
  };
  set_stated(true);
  for (const Pin& pin : pins) {
    if (says_sysctl(node, pin.name)) continue;
    steps.push_back({SetSysctl{id, {pin.name, pin.value}, true}, pin.reason});
  }
  set_stated(false);
  return steps;
}

std::set<std::string> differing_namespaces(const Topology& before, const Topology& after) {
  const bool same_families =
      topology::uses_family(before, Family::Ipv6) == topology::uses_family(after, Family::Ipv6);
  std::set<std::string> names;
  for (std::size_t i = 0; i < after.nodes().size(); ++i) {
    const std::string& name = after.nodes()[i].name;
    const auto old = before.find_node(name);
    const bool is_same = same_families && old && has_same_namespace(before, *old, after, NodeId(i));
    if (!is_same) names.insert(name);
  }
  for (const topology::Node& node : before.nodes()) {
    if (!after.find_node(node.name)) names.insert(node.name);
  }
  return names;
}

void drop_namespace_steps(Plan& plan) { std::erase_if(plan.steps, is_of_namespace); }

void put_namespace_steps(Plan& plan, const Topology& topology, const std::set<std::string>& nodes) {
  const bool ipv6 = topology::uses_family(topology, Family::Ipv6);
  std::vector<Step> steps;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    if (!nodes.contains(topology.nodes()[i].name)) continue;
    std::ranges::move(namespace_steps(topology, NodeId(i), ipv6), std::back_inserter(steps));
  }
  if (steps.empty()) return;
  std::ranges::move(plan.steps, std::back_inserter(steps));
  plan.steps = std::move(steps);
}

}  // namespace topoproof::plan
