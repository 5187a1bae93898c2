// SPDX-License-Identifier: GPL-2.0-or-later
// A topology that grows by nodes and by links whose interfaces are numbered as they come: eth0,
// eth1, ... at each node.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topology/topology.hh"

namespace topoproof::topology {

class Growing {
 public:
  explicit Growing(std::string name) : topology_(std::move(name)) {}

  NodeId add(Node node) {
    links_.push_back(0);
    return topology_.add_node(std::move(node));
  }
  LinkId link(NodeId a, NodeId b, std::uint32_t weight = 1, const Location& where = {}) {
    Endpoint one = next_end(a, where);
    Endpoint other = next_end(b, where);
    return topology_.connect(
        {.ends = {std::move(one), std::move(other)}, .weight = weight, .where = where});
  }
  const Topology& topology() const { return topology_; }
  Topology take() { return std::move(topology_); }

 private:
  Endpoint next_end(NodeId node, const Location& where) {
    const auto number = std::to_string(links_[node.index()]++);
    return {.node = node, .interface = "eth" + number, .where = where};
  }

  Topology topology_;
  std::vector<int> links_;  // by node: how many so far
};

}  // namespace topoproof::topology
