// SPDX-License-Identifier: GPL-2.0-or-later
// Networks of well-known shapes, without addresses and routes: addressing.hh and routing.hh add
// those. Interfaces are called eth0, eth1, ... in the order of links; routers r1, r2, ... .
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "base/issue.hh"
#include "topology/topology.hh"

namespace topoproof::topology {

// All functions. REQUIRES: sizes within the limits that generate() states.

//   n1 ┐
//   n2 ┼ br0 host     hosts on the ports p1, p2, ... of a bridge of the node "host", which forwards
//   n3 ┘
Topology make_star(int leaves);

Topology make_chain(int routers);  // r1 ── r2 ── r3
Topology make_ring(int routers);   // a chain whose last is linked with its first
Topology make_full_mesh(int routers);

// r1 is the root; every router above the lowest level has `fanout` children. Numbered level by
// level. Depth 0 is the root alone.
Topology make_tree(int depth, int fanout);

// The k-ary fat tree of data centres (Leiserson; Al-Fares et al. 2008): k pods of k/2 edge routers
// "e1-1" and k/2 aggregation routers "a1-1" (pod, place), (k/2)² core routers "c1", and k/2 hosts
// "h1-1-1" (pod, edge router, place) below each edge router.
Topology make_fat_tree(int k);

// By name: "star 10", "tree 3 2" (depth, fanout), "fat-tree 4", "chain", "ring", "full-mesh".
// An issue if the name is unknown (with a "did you mean"), or a size is out of bounds.
std::expected<Topology, Issue> generate(std::string_view shape, std::span<const int> sizes);

}  // namespace topoproof::topology
