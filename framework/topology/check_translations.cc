// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

void check_named(const Topology& topology, NodeId node, const std::optional<std::string>& interface,
                 const Location& where, Issues& issues) {
  if (interface) check_interface_exists(topology, node, *interface, where, issues);
}

void check_forward(const Topology& topology, NodeId node,
                   const Located<firewall::PortForwardRule>& forward, Issues& issues) {
  const auto& rule = forward.value;
  check_named(topology, node, rule.in, forward.where, issues);
  if (rule.in || rule.address) return;
  issues.push_back(make_warning(
      forward.where,
      fmt::format("the port forward of {}/{} names neither an address nor an input interface: it "
                  "also takes packets that '{}' only forwards, to whomever they are sent",
                  to_string(rule.protocol), rule.port, topology.node(node).name)));
}

}  // namespace

void check_translations(const Topology& topology, Issues& issues) {
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const NodeId id(i);
    const Node& node = topology.node(id);
    for (const auto& [rule, where] : node.masquerade) {
      check_named(topology, id, rule.out, where, issues);
    }
    for (const auto& [rule, where] : node.snat) check_named(topology, id, rule.out, where, issues);
    for (const auto& forward : node.port_forwards) check_forward(topology, id, forward, issues);
  }
}

}  // namespace topoproof::topology
