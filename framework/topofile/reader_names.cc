// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/reader_names.hh"

#include <algorithm>
#include <ranges>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "topology/interfaces.hh"

namespace topoproof::topofile {

std::optional<NodeId> resolve_node(const topology::Topology& topology, std::string_view name,
                                   const Location& where, Issues& issues) {
  const auto found = topology.find_node(name);
  if (found) return found;
  std::vector<std::string_view> known;
  for (const topology::Node& node : topology.nodes()) known.push_back(node.name);
  issues.push_back(
      make_issue(where, fmt::format("there is no node '{}'{}", name, did_you_mean(name, known))));
  return std::nullopt;
}

std::optional<BridgeId> resolve_bridge(const topology::Topology& topology, std::string_view node,
                                       std::string_view bridge, const Location& where,
                                       Issues& issues) {
  std::optional<NodeId> owner;
  if (!node.empty()) {
    owner = resolve_node(topology, node, where, issues);
    if (!owner) return std::nullopt;
  }
  std::vector<BridgeId> found;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < topology.bridges().size(); ++i) {
    const topology::Bridge& candidate = topology.bridges()[i];
    if (owner && candidate.node != *owner) continue;
    known.push_back(candidate.name);
    if (candidate.name == bridge) found.push_back(BridgeId(i));
  }
  if (found.size() == 1 || (owner && !found.empty())) return found.front();
  if (found.empty()) {
    issues.push_back(make_issue(where, fmt::format("there is no bridge '{}'{}{}", bridge,
                                                   owner ? fmt::format(" at node '{}'", node) : "",
                                                   did_you_mean(bridge, known))));
  } else {
    const auto first = topology.node(topology.bridge(found[0]).node).name;
    issues.push_back(
        make_issue(where, fmt::format("{} nodes have a bridge '{}'; say whose: 'node: {}'",
                                      found.size(), bridge, first)));
  }
  return std::nullopt;
}

bool require_interface(const topology::Topology& topology, NodeId node, std::string_view interface,
                       const Location& where, Issues& issues) {
  const std::vector<topology::Interface> interfaces = topology::interfaces_of(topology, node);
  if (std::ranges::find(interfaces, interface, &topology::Interface::name) != interfaces.end())
    return true;
  std::vector<std::string_view> known;
  for (const topology::Interface& one : interfaces) known.push_back(one.name);
  std::string hint = did_you_mean(interface, known);
  issues.push_back(make_issue(where, fmt::format("node '{}' has no interface '{}'{}",
                                                 topology.node(node).name, interface, hint)));
  return false;
}

}  // namespace topoproof::topofile
