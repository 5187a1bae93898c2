// SPDX-License-Identifier: GPL-2.0-or-later
// Questions about the interfaces and addresses of a topology, answered from the graph alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hh"
#include "base/prefix.hh"
#include "topology/topology.hh"

namespace topoproof::topology {

// An interface as a node sees it: its end of a link, a bridge, or the loopback.
struct Interface {
  enum class Kind { Loopback, Bridge, LinkEnd };
  Kind kind = Kind::LinkEnd;
  NodeId node;
  std::string name;
  std::vector<InterfaceAddress> addresses = {};  // in file order
  std::optional<LinkId> link = {};               // LinkEnd
  std::size_t end = 0;                           // LinkEnd: which of the link's two
  std::optional<BridgeId> bridge = {};           // Bridge itself, or a LinkEnd that is its port
};

// Loopback first, then bridges, then link ends, each in file order.
std::vector<Interface> interfaces_of(const Topology& topology, NodeId node);
bool has_interface(const Topology& topology, NodeId node, std::string_view name);

// What a node's name means as a destination (DESIGN: its loopback address if it has one, else its
// first address in file order of that family).
std::optional<IpAddress> address_of(const Topology& topology, NodeId node, Family family);
std::optional<IpAddress> address_of(const Topology& topology, NodeId node,
                                    const std::string& interface, Family family);

// The node that owns an address; the first in file order if several do.
std::optional<NodeId> owner_of(const Topology& topology, const IpAddress& address);

bool uses_family(const Topology& topology, Family family);

// A broadcast domain: the interfaces that reach each other without routing, through links and
// bridges. Ports are no part of it (an address belongs on their bridge), nor is the loopback; an
// interface without an address is. By the first node of each, interfaces in the order of nodes.
struct Segment {
  std::vector<Interface> interfaces;
};
std::vector<Segment> segments_of(const Topology& topology);

}  // namespace topoproof::topology
