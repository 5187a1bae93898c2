// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/checks.hh"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "topology/check_parts.hh"

namespace topoproof::topology {

const Addresses& addresses_of(const Topology& topology, const Interface& interface) {
  if (interface.kind == Interface::Kind::Loopback) return topology.node(interface.node).loopback;
  if (interface.kind == Interface::Kind::Bridge) {
    return topology.bridge(interface.bridge.value()).addresses;
  }
  return topology.link(interface.link.value()).ends.at(interface.end).addresses;
}

std::string full_name(const Topology& topology, const Interface& interface) {
  return fmt::format("{}:{}", topology.node(interface.node).name, interface.name);
}

void check_interface_exists(const Topology& topology, NodeId node, const std::string& interface,
                            const Location& where, Issues& issues) {
  const auto interfaces = interfaces_of(topology, node);
  if (std::ranges::find(interfaces, interface, &Interface::name) != interfaces.end()) return;
  std::vector<std::string_view> known;
  for (const Interface& one : interfaces) known.push_back(one.name);
  issues.push_back(
      make_issue(where, fmt::format("node '{}' has no interface '{}'{}", topology.node(node).name,
                                    interface, did_you_mean(interface, known))));
}

Issues check_topology(const Topology& topology) {
  Issues issues;
  check_names(topology, issues);
  check_links(topology, issues);
  check_addresses(topology, issues);
  const std::vector<Surroundings> around = surroundings_of(topology);
  check_routes(topology, around, issues);
  check_translations(topology, around, issues);
  check_rule_texts(topology, issues);
  check_programs(topology, issues);
  std::ranges::sort(issues);
  return issues;
}

}  // namespace topoproof::topology
