// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/neighborhood.hh"

#include <fmt/format.h>

namespace topoproof::plan {
namespace {

std::vector<IpAddress> gateways_of(const state::Route& route) {
  std::vector<IpAddress> gateways;
  if (route.gateway) gateways.push_back(*route.gateway);
  for (const state::NextHop& hop : route.next_hops) {
    if (hop.gateway) gateways.push_back(*hop.gateway);
  }
  return gateways;
}

}  // namespace

Neighborhood::Neighborhood(const topology::Topology& topology, const Devices& devices)
    : by_node_(topology.nodes().size()) {
  for (const topology::Segment& segment : topology::segments_of(topology)) {
    std::vector<Member>& members = segments_.emplace_back();
    for (const topology::Interface& interface : segment.interfaces) {
      for (const InterfaceAddress& address : interface.addresses) {
        members.push_back({interface.node, segments_.size() - 1, &devices.of(interface), address});
      }
    }
  }
  // Pointers only now: the vectors above have stopped growing.
  for (const auto& members : segments_) {
    for (const Member& member : members) {
      by_node_[member.node.index()].push_back(&member);
      owners_[{member.segment, member.address.address}].push_back(&member);
    }
  }
}

const Member* Neighborhood::sender(NodeId node, const IpAddress& address) const {
  const Member* best = nullptr;
  for (const Member* member : by_node_[node.index()]) {
    const bool longer = best == nullptr || member->address.length > best->address.length;
    if (longer && member->address.network().contains(address)) best = member;
  }
  return best;
}

const Member* Neighborhood::owner(std::size_t segment, const IpAddress& address) const {
  const auto found = owners_.find({segment, address});
  return found != owners_.end() && found->second.size() == 1 ? found->second.front() : nullptr;
}

NeighborEntries::NeighborEntries(const topology::Topology& topology,
                                 const Neighborhood& neighborhood, const PlanOptions& options)
    : topology_(topology),
      neighborhood_(neighborhood),
      options_(options),
      resolving_(options.resolving.begin(), options.resolving.end()),
      entries_(topology.nodes().size()) {
  leave_stated_ones();
  add_for_routes();
  add_for_checks();
  if (options.neighbors == Neighbors::All) add_all();
}

void NeighborEntries::leave_stated_ones() {
  for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
    for (const auto& neighbor : topology_.nodes()[i].neighbors) {
      known_.insert({NodeId(i), neighbor.value.interface, neighbor.value.address});
    }
  }
}

void NeighborEntries::add_for_routes() {
  for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
    const topology::Node& node = topology_.nodes()[i];
    for (const auto& route : node.routes) {
      for (const IpAddress& gateway : gateways_of(route.value)) {
        add_pair(NodeId(i), gateway,
                 fmt::format("{} has a route via {}", node.name, to_string(gateway)));
      }
    }
  }
}

void NeighborEntries::add_for_checks() {
  for (const NeighborPair& pair : options_.pairs) {
    add_pair(pair.node, pair.address,
             fmt::format("a check goes from {} to {}", topology_.node(pair.node).name,
                         to_string(pair.address)));
  }
}

void NeighborEntries::add_all() {
  for (const auto& members : neighborhood_.segments()) {
    for (const Member& from : members) {
      for (const Member& to : members) {
        if (from.address.network().contains(to.address.address)) {
          add(from, to, "they share a segment");
        }
      }
    }
  }
}

void NeighborEntries::add_pair(NodeId node, const IpAddress& address, const std::string& reason) {
  const Member* from = neighborhood_.sender(node, address);
  if (from == nullptr) return;
  const Member* to = neighborhood_.owner(from->segment, address);
  if (to == nullptr) return;
  add(*from, *to, reason);
  add(*to, *from, reason + ", and back");
}

void NeighborEntries::add(const Member& from, const Member& to, const std::string& reason) {
  const IpAddress& address = to.address.address;
  if (from.node == to.node || neighborhood_.owner(to.segment, address) == nullptr) return;
  if (!known_.insert({from.node, from.device->name, address}).second) return;
  if (options_.neighbors == Neighbors::None || resolving_.contains(from.node)) {
    ++learned_[address.family()];
    return;
  }
  named_.insert(to.device->index);
  entries_[from.node.index()].push_back(
      {{.interface = from.device->name, .address = address, .mac = to.device->mac}, reason});
}

Issues NeighborEntries::check_limit(const Limits& limits) const {
  Issues issues;
  for (const auto& [family, count] : learned_) {
    if (count <= limits.neighbor_entries) continue;
    issues.push_back(make_issue(fmt::format(
        "the nodes would learn {} {} neighbours, but this machine's table holds {}: raise "
        "net.{}.neigh.default.gc_thresh3, or let the plan make permanent entries",
        count, to_string(family), limits.neighbor_entries, to_string(family))));
  }
  return issues;
}

}  // namespace topoproof::plan
