// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/interfaces.hh"

#include <algorithm>
#include <ranges>
#include <utility>

namespace topoproof::topology {
namespace {

std::vector<InterfaceAddress> values_of(const Addresses& addresses) {
  std::vector<InterfaceAddress> values;
  for (const auto& address : addresses) values.push_back(address.value);
  return values;
}

std::optional<IpAddress> first_of(const std::vector<InterfaceAddress>& addresses, Family family) {
  const auto found = std::ranges::find(addresses, family, &InterfaceAddress::family);
  if (found == addresses.end()) return std::nullopt;
  return found->address;
}

bool has_family(const Addresses& addresses, Family family) {
  return std::ranges::any_of(addresses,
                             [&](const auto& address) { return address.value.family() == family; });
}

bool has_address(const Addresses& addresses, const IpAddress& address) {
  return std::ranges::any_of(addresses,
                             [&](const auto& one) { return one.value.address == address; });
}

}  // namespace

std::vector<Interface> interfaces_of(const Topology& topology, NodeId node) {
  std::vector<Interface> found;
  found.push_back({.kind = Interface::Kind::Loopback,
                   .node = node,
                   .name = "lo",
                   .addresses = values_of(topology.node(node).loopback)});
  for (const BridgeId id : topology.bridges_of(node)) {
    const Bridge& bridge = topology.bridge(id);
    found.push_back({.kind = Interface::Kind::Bridge,
                     .node = node,
                     .name = bridge.name,
                     .addresses = values_of(bridge.addresses),
                     .bridge = id});
  }
  for (const LinkId id : topology.links_of(node)) {
    for (std::size_t i = 0; i < 2; ++i) {
      const Endpoint& end = topology.link(id).ends.at(i);
      if (end.node != node) continue;
      found.push_back({.kind = Interface::Kind::LinkEnd,
                       .node = node,
                       .name = end.interface,
                       .addresses = values_of(end.addresses),
                       .link = id,
                       .end = i,
                       .bridge = end.bridge});
    }
  }
  return found;
}

bool has_interface(const Topology& topology, NodeId node, std::string_view name) {
  const auto has_bridge = [&](BridgeId id) { return topology.bridge(id).name == name; };
  const auto has_end = [&](LinkId id) {
    return std::ranges::any_of(topology.link(id).ends, [&](const Endpoint& end) {
      return end.node == node && end.interface == name;
    });
  };
  return name == "lo" || std::ranges::any_of(topology.bridges_of(node), has_bridge) ||
         std::ranges::any_of(topology.links_of(node), has_end);
}

std::optional<IpAddress> address_of(const Topology& topology, NodeId node, Family family) {
  for (const Interface& interface : interfaces_of(topology, node)) {
    if (const auto address = first_of(interface.addresses, family)) return address;
  }
  return std::nullopt;
}

std::optional<IpAddress> address_of(const Topology& topology, NodeId node,
                                    const std::string& interface, Family family) {
  const auto interfaces = interfaces_of(topology, node);
  const auto found = std::ranges::find(interfaces, interface, &Interface::name);
  if (found == interfaces.end()) return std::nullopt;
  return first_of(found->addresses, family);
}

std::optional<NodeId> owner_of(const Topology& topology, const IpAddress& address) {
  std::optional<NodeId> owner;
  const auto consider = [&](const Addresses& addresses, NodeId node) {
    if ((!owner || node < *owner) && has_address(addresses, address)) owner = node;
  };
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    consider(topology.nodes()[i].loopback, NodeId(i));
  }
  for (const Bridge& bridge : topology.bridges()) consider(bridge.addresses, bridge.node);
  for (const Link& link : topology.links()) {
    for (const Endpoint& end : link.ends) consider(end.addresses, end.node);
  }
  return owner;
}

bool uses_family(const Topology& topology, Family family) {
  const auto node_does = [&](const Node& node) { return has_family(node.loopback, family); };
  const auto bridge_does = [&](const Bridge& one) { return has_family(one.addresses, family); };
  const auto link_does = [&](const Link& link) {
    return std::ranges::any_of(
        link.ends, [&](const Endpoint& end) { return has_family(end.addresses, family); });
  };
  return std::ranges::any_of(topology.nodes(), node_does) ||
         std::ranges::any_of(topology.bridges(), bridge_does) ||
         std::ranges::any_of(topology.links(), link_does);
}

}  // namespace topoproof::topology
