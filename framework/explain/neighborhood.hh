// SPDX-License-Identifier: GPL-2.0-or-later
// Who is on the segments of a node. Internal to the module.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topology/interfaces.hh"

namespace topoproof::explain {

struct Router {
  NodeId node;
  IpAddress address;
};

// A node that shares a segment with `node` and could carry its packets to `destination`: which has
// that address, or forwards; the first of these. Its address is in a prefix of `node`'s own.
std::optional<Router> router_towards(const topology::Topology& topology, NodeId node,
                                     const IpAddress& destination);

// Whether one of the node's interfaces is on a segment with one that has the address.
bool shares_segment(const topology::Topology& topology, NodeId node, const IpAddress& address);

// Whether the address is in a prefix of one of the interfaces: then no gateway is asked.
bool is_on_link(const topology::Topology& topology, NodeId node, const IpAddress& address);

}  // namespace topoproof::explain
