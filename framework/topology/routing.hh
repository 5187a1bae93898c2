// SPDX-License-Identifier: GPL-2.0-or-later
// `routing: shortest-path`: static routes that follow the cheapest ways of the graph.
//
// Of several ways the chosen one is the first by: least sum of the weights of its links; fewest
// nodes; lowest id (that is, first in the file) of the next node; lowest id of the first link.
// Every node chooses by itself in this order, and a way goes on as the next node chooses: packets
// follow the chosen ways, and the ways to one destination are a tree.
//
// A bridge is no node on the way: its ports' links cost their weights, between it and the node
// that owns it is no cost. Nodes without forwarding are never in the middle of a way.
#pragma once

#include "topology/topology.hh"

namespace topoproof::topology {

struct RoutingOptions {
  // Loopbacks: only those are destinations. Senders use their own loopback as source (every route
  // says so), so that the way back is there too; for imported graphs with hundreds of routers.
  // All: the networks of links and bridges as well. Right if every address is to be reachable.
  enum class Destinations { All, Loopbacks };
  Destinations destinations = Destinations::All;
};

// The topology with, at every node, a route to each destination that is neither its own nor
// directly connected, in each family. A network that several nodes are attached to is reached by
// the nearest of them that forwards. Routes that the user wrote for the same destination stay as
// they are and win. A host (no forwarding, addresses of the family on one interface only) gets a
// default route to the nearest forwarding node of its segment, instead. A gateway that shares no
// network with the node is marked `on_link`.
Topology add_shortest_path_routes(const Topology& topology, const RoutingOptions& options = {});

}  // namespace topoproof::topology
