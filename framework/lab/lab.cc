// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/lab.hh"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/check.hh"
#include "netlink/observe.hh"

namespace topoproof::lab {
namespace {

bool makes_namespace(const plan::Step& step) {
  return std::holds_alternative<plan::CreateNamespace>(step.operation) ||
         std::holds_alternative<plan::SetSysctl>(step.operation);
}

void leave_missing(std::vector<state::Sysctl>& expected, const std::vector<state::Sysctl>& found,
                   const std::set<SharedText>& optional) {
  std::erase_if(expected, [&](const state::Sysctl& sysctl) {
    const bool is_missing =
        std::ranges::find(found, sysctl.name, &state::Sysctl::name) == found.end();
    return is_missing && optional.contains(sysctl.name);
  });
}

std::vector<std::string> names_of(const std::vector<state::Sysctl>& sysctls) {
  std::vector<std::string> names;
  for (const state::Sysctl& sysctl : sysctls) names.push_back(sysctl.name);
  return names;
}

}  // namespace

std::string to_string(const std::vector<NodeDifference>& differences) {
  std::string text;
  for (const NodeDifference& node : differences) {
    text += node.node + ":\n" + state::to_string(node.differences);
  }
  return text;
}

Lab::Lab(const plan::Plan& plan, const Stage& namespaces_exist, const std::atomic<bool>* stop)
    : stop_(stop),
      nodes_(plan.nodes),
      expected_(nodes_.size()),
      namespaces_(nodes_.size()),
      executor_(nodes_, namespaces_) {
  const auto links = std::ranges::find_if_not(plan.steps, makes_namespace);
  execute({plan.steps.begin(), links});
  if (namespaces_exist) namespaces_exist(*this);
  execute({links, plan.steps.end()});
  for (const plan::Step& step : plan.steps) expect(step);
}

Lab::Lab(const plan::Plan& plan, std::vector<RunningNode> running)
    : nodes_(plan.nodes),
      expected_(nodes_.size()),
      namespaces_(nodes_.size()),
      executor_(nodes_, namespaces_) {
  TOPOPROOF_CHECK(running.size() == nodes_.size(), "each node of the plan runs");
  for (std::size_t i = 0; i < running.size(); ++i) {
    namespaces_.adopt(NodeId(i), std::move(running[i].netns), std::move(running[i].lines));
  }
  for (const plan::Step& step : plan.steps) expect(step);
}

void Lab::renumber(const std::vector<std::string>& nodes) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < nodes_.size(); ++i) places.emplace(nodes_[i], i);
  plan::States expected(nodes.size());
  std::vector<std::optional<NodeId>> former(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto place = places.find(nodes[i]);
    if (place == places.end()) continue;
    expected[i] = std::move(expected_[place->second]);
    former[i] = NodeId(place->second);
  }
  namespaces_.rearrange(former);
  expected_ = std::move(expected);
  nodes_ = nodes;
  executor_.rename(nodes);
}

void Lab::leave_if_stopped() const {
  if (stop_ != nullptr && *stop_) throw Stopped();
}

void Lab::execute(std::span<const plan::Step> steps) {
  namespaces_.perform([&] {
    for (const plan::Step& step : steps) {
      leave_if_stopped();
      executor_.execute(step);
    }
    executor_.finish();
  });
}

void Lab::expect(const plan::Step& step) {
  plan::foresee(step.operation, expected_);
  const auto* set = std::get_if<plan::SetSysctl>(&step.operation);
  if (set != nullptr && set->where_present) optional_pins_.insert(set->sysctl.name);
}

void Lab::change(std::span<const plan::Step> steps) {
  for (const plan::Step& step : steps) {
    executor_.execute(step);
    executor_.finish();
    expect(step);
  }
}

bool Lab::is_done_already(const plan::Step& step) {
  const NodeId node = node_of(step.operation);
  const state::Namespace found = observe(node);
  const state::Namespace before = expected_[node.index()];
  expect(step);
  if (state::diff(expected_[node.index()], found).size() < state::diff(before, found).size()) {
    return true;
  }
  expected_[node.index()] = before;
  return false;
}

state::Namespace Lab::observe(NodeId node, const std::vector<std::string>& sysctls) {
  state::Namespace found = netlink::observe_namespace(namespaces_.route_socket(node));
  executor_.carried_links().join_ends(found);
  run(node, [&] { found.sysctls = netlink::observe_sysctls(namespaces_.sysctls(node), sysctls); });
  return found;
}

state::Namespace Lab::observe(NodeId node) {
  return observe(node, names_of(expected_[node.index()].sysctls));
}

std::vector<NodeId> Lab::all_nodes() const {
  std::vector<NodeId> nodes;
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes.emplace_back(i);
  return nodes;
}

std::vector<NodeDifference> Lab::differences() { return differences(all_nodes()); }

std::vector<NodeDifference> Lab::differences_of_building() {
  return differences(all_nodes(), Sysctls::Written);
}

std::vector<NodeDifference> Lab::differences(std::span<const NodeId> nodes, Sysctls sysctls) {
  std::vector<NodeDifference> differing;
  namespaces_.perform([&] {
    for (const NodeId node : nodes) {
      leave_if_stopped();
      auto differences = differences_of(node, sysctls);
      if (differences.empty()) continue;
      differing.push_back({nodes_[node.index()], std::move(differences)});
    }
  });
  return differing;
}

std::vector<state::Difference> Lab::differences_of(NodeId node, Sysctls sysctls) {
  state::Namespace expected = expected_[node.index()];
  std::erase_if(expected.sysctls, [&](const state::Sysctl& sysctl) {
    const bool is_written = namespaces_.written_sysctls(node).contains(sysctl.name);
    return sysctls == Sysctls::LeftOut || (sysctls == Sysctls::Written && !is_written);
  });
  const state::Namespace found = observe(node, names_of(expected.sysctls));
  leave_missing(expected.sysctls, found.sysctls, optional_pins_);
  return state::diff(expected, found);
}

}  // namespace topoproof::lab
