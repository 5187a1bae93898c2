// SPDX-License-Identifier: GPL-2.0-or-later
// Who reaches whom without a router, and which permanent neighbour entries follow from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "base/issue.hh"
#include "plan/devices.hh"
#include "plan/planner.hh"
#include "state/neighbor.hh"
#include "topology/topology.hh"

namespace topoproof::plan {

// One address on a segment, and the interface that has it.
struct Member {
  NodeId node;
  std::size_t segment = 0;
  const Device* device = nullptr;
  InterfaceAddress address;
};

class Neighborhood {
 public:
  Neighborhood(const topology::Topology& topology, const Devices& devices);
  Neighborhood(const Neighborhood&) = delete;  // it points into itself
  Neighborhood& operator=(const Neighborhood&) = delete;

  // The member of `node` that would send to `address` without a router: the longest of its
  // connected networks that contains it. Null if there is none.
  const Member* sender(NodeId node, const IpAddress& address) const;
  // Who has `address` on a segment. Null if nobody has, or several: then ARP decides.
  const Member* owner(std::size_t segment, const IpAddress& address) const;
  const std::vector<std::vector<Member>>& segments() const { return segments_; }

 private:
  std::vector<std::vector<Member>> segments_;
  std::vector<std::vector<const Member*>> by_node_;
  std::map<std::pair<std::size_t, IpAddress>, std::vector<const Member*>> owners_;
};

struct NeighborEntry {
  state::Neighbor neighbor;
  std::string reason;
};

// Collects entries, each once, and counts those that nodes under test have to learn themselves.
class NeighborEntries {
 public:
  NeighborEntries(const topology::Topology& topology, const Neighborhood& neighborhood,
                  const PlanOptions& options);

  const std::vector<NeighborEntry>& of(NodeId node) const { return entries_[node.index()]; }
  // Whether an entry is about this interface: somebody will send to it.
  bool is_named(const Device& device) const { return named_.contains(device.index); }
  // An issue where more entries would have to be learned than the machine's table holds.
  Issues check_limit(const Limits& limits) const;

 private:
  void leave_stated_ones();
  void add_for_routes();
  void add_for_checks();
  void add_all();
  void add_pair(NodeId node, const IpAddress& address, const std::string& reason);
  void add(const Member& from, const Member& to, const std::string& reason);

  const topology::Topology& topology_;
  const Neighborhood& neighborhood_;
  const PlanOptions& options_;
  std::set<NodeId> resolving_;
  std::set<std::tuple<NodeId, std::string, IpAddress>> known_;
  std::vector<std::vector<NeighborEntry>> entries_;  // by NodeId
  std::unordered_set<std::uint32_t> named_;          // by Device::index
  std::map<Family, std::size_t> learned_;
};

}  // namespace topoproof::plan
