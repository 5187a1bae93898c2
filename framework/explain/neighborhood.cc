// SPDX-License-Identifier: GPL-2.0-or-later
#include "explain/neighborhood.hh"

#include <algorithm>

namespace topoproof::explain {
namespace {

using topology::Interface;
using topology::Segment;
using topology::Topology;

bool has_address(const Interface& interface, const IpAddress& address) {
  return std::ranges::any_of(interface.addresses,
                             [&](const auto& own) { return own.address == address; });
}

bool covers(const InterfaceAddress& own, const IpAddress& address) {
  return own.address.family() == address.family() && own.network().contains(address);
}

// The address of `other` by which `node` reaches it without a router.
std::optional<IpAddress> reached_by(const Interface& node, const Interface& other, Family family) {
  for (const InterfaceAddress& theirs : other.addresses) {
    const auto covering = [&](const auto& own) { return covers(own, theirs.address); };
    if (theirs.address.family() == family && std::ranges::any_of(node.addresses, covering)) {
      return theirs.address;
    }
  }
  return std::nullopt;
}

// From the node's interface on a segment to the others there.
template <class Visit>
void visit_neighbors(const Topology& topology, NodeId node, const Visit& visit) {
  for (const Segment& segment : topology::segments_of(topology)) {
    for (const Interface& own : segment.interfaces) {
      if (own.node != node) continue;
      for (const Interface& other : segment.interfaces) {
        if (other.node != node) visit(own, other);
      }
    }
  }
}

bool owns(const Topology& topology, NodeId node, const IpAddress& address) {
  const auto interfaces = topology::interfaces_of(topology, node);
  return std::ranges::any_of(interfaces, [&](const auto& i) { return has_address(i, address); });
}

}  // namespace

std::optional<Router> router_towards(const Topology& topology, NodeId node,
                                     const IpAddress& destination) {
  std::optional<Router> owner;
  std::optional<Router> forwarder;
  visit_neighbors(topology, node, [&](const Interface& own, const Interface& other) {
    const auto address = reached_by(own, other, destination.family());
    if (!address) return;
    if (!owner && owns(topology, other.node, destination)) owner = {other.node, *address};
    if (!forwarder && topology.node(other.node).forwarding) forwarder = {other.node, *address};
  });
  return owner ? owner : forwarder;
}

bool shares_segment(const Topology& topology, NodeId node, const IpAddress& address) {
  bool found = false;
  visit_neighbors(topology, node, [&](const Interface&, const Interface& other) {
    found |= has_address(other, address);
  });
  return found;
}

bool is_on_link(const Topology& topology, NodeId node, const IpAddress& address) {
  const auto interfaces = topology::interfaces_of(topology, node);
  return std::ranges::any_of(interfaces, [&](const Interface& interface) {
    return std::ranges::any_of(interface.addresses,
                               [&](const auto& own) { return covers(own, address); });
  });
}

}  // namespace topoproof::explain
