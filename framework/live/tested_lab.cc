// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/tested_lab.hh"

#include <algorithm>
#include <stdexcept>

#include "live/service_list.hh"
#include "sys/join.hh"
#include "sys/sandbox.hh"

namespace topoproof::live {

TestedLab::TestedLab(const StateFolder& state, const std::string& name)
    : client_(state, name), joined_(client_.join()), lines_(rule_lines_of(client_)) {
  sys::join_user_namespace(joined_.user);
  sys::enter_sandbox();
}

std::optional<std::string> TestedLab::missing_of(const topology::Topology& topology) const {
  for (const topology::Node& node : topology.nodes()) {
    const auto found = std::ranges::find(joined_.nodes, node.name, &JoinedNode::name);
    if (found == joined_.nodes.end()) return node.name;
  }
  return std::nullopt;
}

std::vector<lab::RunningNode> TestedLab::nodes() const {
  std::vector<lab::RunningNode> nodes;
  for (const JoinedNode& node : joined_.nodes) {
    const auto lines = lines_.find(node.name);
    nodes.push_back({.name = node.name,
                     .netns = node.netns.dup(),
                     .lines = lines != lines_.end() ? lines->second : rules::RuleLines()});
  }
  return nodes;
}

std::string TestedLab::services_trouble() const { return live::services_trouble(client_.folder()); }

void TestedLab::wait_until_idle(sys::Clock::time_point deadline) {
  while (sys::Clock::now() < deadline && client_.ask({.verb = Verb::Idle}) != "idle") {
  }
}

}  // namespace topoproof::live
