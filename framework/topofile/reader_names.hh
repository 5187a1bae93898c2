// SPDX-License-Identifier: GPL-2.0-or-later
// Names that a file mentions -> ids of a topology; what is not there is an issue with the nearest
// name that is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/issue.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

std::optional<NodeId> resolve_node(const topology::Topology& topology, std::string_view name,
                                   const Location& where, Issues& issues);

// The bridge of that node; with an empty node name, the only bridge of that name in the topology.
std::optional<BridgeId> resolve_bridge(const topology::Topology& topology, std::string_view node,
                                       std::string_view bridge, const Location& where,
                                       Issues& issues);

// RETURNS: false, after an issue, if the node has no such interface.
bool require_interface(const topology::Topology& topology, NodeId node, std::string_view interface,
                       const Location& where, Issues& issues);

}  // namespace topoproof::topofile
