// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/routing.hh"

#include <algorithm>
#include <map>
#include <utility>

#include "topology/next_hops.hh"

namespace topoproof::topology {
namespace {

struct Destination {
  Prefix prefix;
  std::vector<NodeId> nodes;  // whoever of them is nearest
};

// In the order of first appearance.
class Destinations {
 public:
  void add(const Prefix& prefix, NodeId node) {
    const auto [place, is_new] = places_.try_emplace(prefix, list_.size());
    if (is_new) list_.push_back({prefix, {}});
    auto& nodes = list_[place->second].nodes;
    if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
  }
  const std::vector<Destination>& list() const { return list_; }

 private:
  std::map<Prefix, std::size_t> places_;
  std::vector<Destination> list_;
};

class FamilyRouting {
 public:
  FamilyRouting(const Topology& before, Topology& after, Family family)
      : before_(before),
        after_(after),
        family_(family),
        next_hops_(before, family),
        settled_(before.nodes().size()),
        interfaces_(before.nodes().size()) {
    for (const Interface& one : next_hops_.interfaces()) {
      ++interfaces_[one.node.index()];
      for (const auto& address : one.addresses) settle(one.node, address.network());
    }
    for (std::size_t i = 0; i < before.nodes().size(); ++i) settle_node(NodeId(i));
    for (auto& prefixes : settled_) std::ranges::sort(prefixes);
  }

  void add_routes(RoutingOptions::Destinations kind) {
    add_default_routes();
    const Destinations destinations = find_destinations(kind);
    for (const Destination& destination : destinations.list()) {
      add_routes_to(destination);
    }
  }

 private:
  void settle(NodeId node, const Prefix& prefix) { settled_[node.index()].push_back(prefix); }

  void settle_node(NodeId id) {
    for (const auto& address : before_.node(id).loopback) settle(id, address.value.network());
    for (const auto& route : before_.node(id).routes) settle(id, route.value.destination);
  }

  bool is_settled(NodeId node, const Prefix& prefix) const {
    return std::ranges::binary_search(settled_[node.index()], prefix);
  }

  bool is_host(NodeId node) const {
    return !before_.node(node).forwarding && interfaces_[node.index()] == 1;
  }

  Destinations find_destinations(RoutingOptions::Destinations kind) const {
    Destinations found;
    for (std::size_t i = 0; i < before_.nodes().size(); ++i) {
      for (const auto& [address, where] : before_.nodes()[i].loopback) {
        if (address.family() == family_) found.add(address.network(), NodeId(i));
      }
    }
    if (kind == RoutingOptions::Destinations::Loopbacks) return found;
    for (const Interface& one : next_hops_.interfaces()) {
      for (const auto& address : one.addresses) {
        const bool leads_there = address.network().is_host() || before_.node(one.node).forwarding;
        if (address.family() == family_ && leads_there) found.add(address.network(), one.node);
      }
    }
    return found;
  }

  void add_routes_to(const Destination& destination) {
    const auto hops = next_hops_.towards(destination.nodes);
    for (std::size_t i = 0; i < hops.size(); ++i) {
      if (!hops[i] || is_host(NodeId(i)) || is_settled(NodeId(i), destination.prefix)) continue;
      add(NodeId(i), destination.prefix, *hops[i]);
    }
  }

  void add_default_routes() {
    std::vector<NodeId> routers;
    for (std::size_t i = 0; i < before_.nodes().size(); ++i) {
      if (before_.nodes()[i].forwarding) routers.emplace_back(i);
    }
    const auto hops = next_hops_.towards(routers);
    const Prefix everything = make_default_prefix(family_);
    for (std::size_t i = 0; i < hops.size(); ++i) {
      if (!hops[i] || !is_host(NodeId(i)) || is_settled(NodeId(i), everything)) continue;
      add(NodeId(i), everything, *hops[i]);
    }
  }

  void add(NodeId node, const Prefix& destination, const Hop& hop) {
    const Interface& out = next_hops_.interfaces()[hop.out];
    const auto [gateway, shared] = gateway_between(out, next_hops_.interfaces()[hop.in]);
    after_.node(node).routes.push_back({.value = {.destination = destination,
                                                  .gateway = gateway,
                                                  .interface = out.name,
                                                  .source = own_loopback(node),
                                                  .on_link = !shared}});
  }

  // The next node's first address in a network of ours, else its first of the family.
  std::pair<IpAddress, bool> gateway_between(const Interface& out, const Interface& in) const {
    for (const auto& address : in.addresses) {
      if (address.family() != family_) continue;
      const bool shared = std::ranges::any_of(out.addresses, [&](const InterfaceAddress& own) {
        return own.network().contains(address.address);
      });
      if (shared) return {address.address, true};
    }
    return {std::ranges::find(in.addresses, family_, &InterfaceAddress::family)->address, false};
  }

  std::optional<IpAddress> own_loopback(NodeId node) const {
    for (const auto& address : before_.node(node).loopback) {
      if (address.value.family() == family_) return address.value.address;
    }
    return std::nullopt;
  }

  const Topology& before_;
  Topology& after_;
  Family family_;
  NextHops next_hops_;
  std::vector<std::vector<Prefix>> settled_;  // by node: connected, its own, routed by the user
  std::vector<std::size_t> interfaces_;       // by node: how many of the family
};

}  // namespace

Topology add_shortest_path_routes(const Topology& topology, const RoutingOptions& options) {
  Topology routed = topology;
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    if (!uses_family(topology, family)) continue;
    FamilyRouting(topology, routed, family).add_routes(options.destinations);
  }
  return routed;
}

}  // namespace topoproof::topology
