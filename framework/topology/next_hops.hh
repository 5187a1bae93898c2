// SPDX-License-Identifier: GPL-2.0-or-later
// Which neighbour a node should hand packets to, by the order that routing.hh states. Internal to
// the module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "topology/algorithms.hh"
#include "topology/interfaces.hh"

namespace topoproof::topology {

struct Hop {
  NodeId next;
  std::size_t out = 0;  // the interface that the node sends by,
  std::size_t in = 0;   // and the one of the next node: indexes of NextHops::interfaces()
};

// The ways of one family: over interfaces that have an address of it, and over all bridges.
class NextHops {
 public:
  NextHops(const Topology& topology, Family family);

  const std::vector<Interface>& interfaces() const { return interfaces_; }

  // For each node its hop to the nearest of `targets`; none at a target itself, and where there is
  // no way. A target need not forward.
  std::vector<std::optional<Hop>> towards(std::span<const NodeId> targets) const;

 private:
  // Vertices are the nodes, then the bridges.
  struct Step {
    std::size_t to = 0;
    std::uint64_t cost = 0;
    std::optional<LinkId> link = {};      // none between a bridge and its own node
    std::optional<std::size_t> out = {};  // if the step leaves a node
    std::optional<std::size_t> in = {};   // if it arrives at one
  };
  class Search;

  void find_interfaces(const Topology& topology, Family family);
  void add_link_steps(const Topology& topology);
  void add_bridge_steps(const Topology& topology);
  bool is_node(std::size_t vertex) const { return vertex < node_count_; }

  std::size_t node_count_;
  std::vector<Interface> interfaces_;
  std::vector<std::optional<std::size_t>> at_link_end_;  // interface by 2 * link + end
  std::vector<std::optional<std::size_t>> at_bridge_;    // interface by bridge
  std::vector<bool> transit_;                            // by vertex
  std::vector<std::vector<Step>> steps_;                 // by vertex
  std::optional<CostGraph> costs_;
};

}  // namespace topoproof::topology
