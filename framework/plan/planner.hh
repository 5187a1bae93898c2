// SPDX-License-Identifier: GPL-2.0-or-later
// From a topology to the plan that builds it: a pure, deterministic function.
//
// The planner chooses every interface index and MAC address, so that nothing has to be read back
// while building: addresses, routes and permanent neighbours of a namespace go in one batch, and
// steps are ordered so that a namespace's own stand together.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <vector>

#include "base/id.hh"
#include "base/ip_address.hh"
#include "base/issue.hh"
#include "plan/plan.hh"
#include "topology/topology.hh"

namespace topoproof::plan {

// Which permanent neighbour entries are made, besides those that the topology states. Without one,
// a node asks by ARP or ND, which is slower and fills tables that all namespaces share.
enum class Neighbors {
  None,
  Needed,  // gateways and who uses them, in both directions, and PlanOptions::pairs
  All,     // everyone on a segment: grows with the square of the segment
};

// `node` sends to `address`, which is on one of its own networks.
struct NeighborPair {
  NodeId node;
  IpAddress address;
  friend auto operator<=>(const NeighborPair&, const NeighborPair&) = default;
};

// Limits that all namespaces of a machine share.
struct Limits {
  std::size_t neighbor_entries = 1024;  // net.ipv4.neigh.default.gc_thresh3: dynamic entries
  std::size_t backlog = 1000;           // net.core.netdev_max_backlog: frames in flight on a CPU
  friend auto operator<=>(const Limits&, const Limits&) = default;
};

struct PlanOptions {
  Neighbors neighbors = Neighbors::Needed;
  std::vector<NeighborPair> pairs = {};  // what checks need; the way back is added
  std::vector<NodeId> resolving = {};    // nodes whose ARP or ND is under test: no entries of ours
  // Nodes that give up on a neighbour that does not answer after 20 ms instead of 3 s.
  std::vector<NodeId> impatient = {};
  std::optional<Limits> limits = {};  // none: not checked
  bool namespaces = true;             // false: without namespace_steps.hh
  std::vector<LinkId> carried = {};   // links that are to be impaired later, besides those that are
};

// RETURNS: all issues of a topology that cannot be built: a gateway that no interface of the node
// reaches, a neighbour without a MAC address, a limit of the machine that would be exceeded.
std::expected<Plan, Issues> make_plan(const topology::Topology& topology,
                                      const PlanOptions& options = {});

// The steps that load the rules of `rules` (its NAT and its rule texts, nothing else) in `node`.
std::vector<Step> rule_steps(NodeId node, const topology::Node& rules);

}  // namespace topoproof::plan
