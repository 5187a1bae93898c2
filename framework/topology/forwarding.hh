// SPDX-License-Identifier: GPL-2.0-or-later
// Where packets go by the addresses and routes of a topology alone: no firewall, no policy rules.
// It reads the routes that nodes have, whoever wrote them, so it predicts what a capture sees.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "topology/topology.hh"

namespace topoproof::topology {

// Built once for a topology, asked often: about 50 bytes for each route of the main tables.
class ForwardingTables {
 public:
  explicit ForwardingTables(const Topology& topology);
  ~ForwardingTables();
  ForwardingTables(ForwardingTables&&) noexcept;

  // The node that `node` hands a packet for `to`: by longest prefix, then least metric, then file
  // order. None if the address is its own, if there is no route, and if nobody on the segment owns
  // the next address. Multipath routes have no single next hop: none.
  std::optional<NodeId> next_hop(NodeId node, const IpAddress& to) const;

  // The same for every node: all ways to one address, at once.
  std::vector<std::optional<NodeId>> next_hops(const IpAddress& to) const;

  // From the first node to the owner of the address, both included. Empty if packets do not get
  // there: no route, no forwarding on the way, or a loop.
  std::vector<NodeId> path(NodeId from, const IpAddress& to) const;

 private:
  class Tables;
  std::unique_ptr<Tables> tables_;
};

// To the address that the node's name stands for (address_of), IPv4 if it has one.
std::vector<NodeId> path(const Topology& topology, NodeId from, NodeId to);

}  // namespace topoproof::topology
