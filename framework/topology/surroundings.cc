// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/surroundings.hh"

#include <algorithm>
#include <utility>

namespace topoproof::topology {

Surroundings::Surroundings(const Topology& topology, NodeId id)
    : interfaces_(interfaces_of(topology, id)) {
  for (const auto& [route, where] : topology.node(id).routes) {
    const bool is_direct = !route.gateway && route.next_hops.empty() && route.interface;
    if (is_direct) direct_.push_back(route.destination);
  }
}

void Surroundings::add_segment(std::shared_ptr<const Neighbors> neighbors) {
  segments_.push_back(std::move(neighbors));
}

template <class F>
bool Surroundings::has_address(F matches) const {
  return std::ranges::any_of(interfaces_, [&](const Interface& one) {
    return std::ranges::any_of(one.addresses, matches);
  });
}

bool Surroundings::has_interface(const std::string& name) const {
  return std::ranges::find(interfaces_, name, &Interface::name) != interfaces_.end();
}

bool Surroundings::owns(const IpAddress& address) const {
  return has_address([&](const InterfaceAddress& own) { return own.address == address; });
}

bool Surroundings::is_connected(const IpAddress& address) const {
  return has_address(
             [&](const InterfaceAddress& own) { return own.network().contains(address); }) ||
         std::ranges::any_of(direct_, [&](const Prefix& one) { return one.contains(address); });
}

bool Surroundings::has_neighbor(const IpAddress& address) const {
  return std::ranges::any_of(segments_, [&](const auto& one) { return one->contains(address); });
}

std::vector<Surroundings> surroundings_of(const Topology& topology) {
  std::vector<Surroundings> around;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    around.emplace_back(topology, NodeId(i));
  }
  for (const Segment& segment : segments_of(topology)) {
    const auto neighbors = std::make_shared<Surroundings::Neighbors>();
    for (const Interface& one : segment.interfaces) {
      for (const auto& address : one.addresses) neighbors->insert(address.address);
      around[one.node.index()].add_segment(neighbors);
    }
  }
  return around;
}

}  // namespace topoproof::topology
