// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

using Neighbors = std::set<IpAddress>;  // all addresses on a segment

// What one node sees of its surroundings: asked for each of its routes, so it is prepared.
class Surroundings {
 public:
  Surroundings(const Topology& topology, NodeId id) : interfaces_(interfaces_of(topology, id)) {
    for (const auto& [route, where] : topology.node(id).routes) {
      const bool is_direct = !route.gateway && route.next_hops.empty() && route.interface;
      if (is_direct) direct_.push_back(route.destination);
    }
  }

  void add_segment(const Neighbors& neighbors) { segments_.push_back(&neighbors); }

  bool has_interface(const std::string& name) const {
    return std::ranges::find(interfaces_, name, &Interface::name) != interfaces_.end();
  }
  bool owns(const IpAddress& address) const {
    return has_address([&](const InterfaceAddress& own) { return own.address == address; });
  }
  // In the network of an interface, or behind an interface by a route without a gateway.
  bool is_connected(const IpAddress& address) const {
    return has_address(
               [&](const InterfaceAddress& own) { return own.network().contains(address); }) ||
           std::ranges::any_of(direct_, [&](const Prefix& one) { return one.contains(address); });
  }
  bool has_neighbor(const IpAddress& address) const {
    return std::ranges::any_of(segments_,
                               [&](const Neighbors* one) { return one->contains(address); });
  }

 private:
  template <class F>
  bool has_address(F matches) const {
    return std::ranges::any_of(interfaces_, [&](const Interface& one) {
      return std::ranges::any_of(one.addresses, matches);
    });
  }

  std::vector<Interface> interfaces_;
  std::vector<Prefix> direct_;
  std::vector<const Neighbors*> segments_;
};

// The routes of one node.
class RouteChecks {
 public:
  RouteChecks(const Topology& topology, NodeId node, const Surroundings& around, Issues& issues)
      : topology_(topology), node_(node), around_(around), issues_(issues) {}

  void check(const Located<state::Route>& route) {
    route_ = &route;
    check_hop(route.value.gateway, route.value.interface);
    for (const auto& hop : route.value.next_hops) check_hop(hop.gateway, hop.interface);
    const auto& source = route.value.source;
    if (source && !around_.owns(*source)) {
      report(fmt::format("its source {} is not an address of '{}'", to_string(*source), name()));
    }
    check_is_only(route);
  }

 private:
  // The kernel takes one route for each destination and metric.
  void check_is_only(const Located<state::Route>& route) {
    const auto& [value, where] = route;
    const auto [first, is_new] =
        first_.try_emplace(std::tuple(value.destination, value.table, metric_of(value)), where);
    if (is_new) return;
    const std::string place = to_string(first->second);
    report(
        fmt::format("there is a route of the same metric already{}; give one of them another "
                    "'metric N', or write both as 'nexthop's of one route",
                    place.empty() ? "" : ", at " + place));
  }

  // What the kernel makes of an IPv6 route without one (IP6_RT_PRIO_USER).
  static std::uint32_t metric_of(const state::Route& route) {
    return route.metric == 0 && route.family() == Family::Ipv6 ? 1024 : route.metric;
  }

  void check_hop(const std::optional<IpAddress>& gateway,
                 const std::optional<std::string>& interface) {
    if (interface && !around_.has_interface(*interface)) {
      check_interface_exists(topology_, node_, *interface, route_->where, issues_);
    } else if (gateway) {
      check_gateway(*gateway, interface.has_value());
    }
  }

  void check_gateway(const IpAddress& gateway, bool has_interface) {
    const std::string text = to_string(gateway);
    if (around_.owns(gateway)) {
      report(fmt::format("its gateway {} is an address of '{}' itself", text, name()));
    } else if (gateway.is_link_local() && gateway.is_v6()) {
      if (!has_interface) {
        report(fmt::format("its gateway {} is link-local: say which interface, `dev ...`", text));
      }
    } else if (!route_->value.on_link && !around_.is_connected(gateway)) {
      report(
          fmt::format("its gateway {} is in no network that '{}' is connected to", text, name()));
    } else if (!around_.has_neighbor(gateway)) {
      issues_.push_back(make_warning(
          route_->where, sentence(fmt::format("nobody on the segments of '{}' owns its gateway {}",
                                              name(), text))));
    }
  }

  const std::string& name() const { return topology_.node(node_).name; }
  std::string sentence(std::string_view what) const {
    return fmt::format("{}: {}", describe(route_->value), what);
  }
  void report(const std::string& what) {
    issues_.push_back(make_issue(route_->where, sentence(what)));
  }

  const Topology& topology_;
  NodeId node_;
  const Surroundings& around_;
  Issues& issues_;
  const Located<state::Route>* route_ = nullptr;
  std::map<std::tuple<Prefix, std::uint32_t, std::uint32_t>, Location>
      first_;  // with table, metric
};

}  // namespace

void check_routes(const Topology& topology, Issues& issues) {
  std::vector<Surroundings> around;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i)
    around.emplace_back(topology, NodeId(i));

  const auto segments = segments_of(topology);
  std::vector<Neighbors> neighbors(segments.size());
  for (std::size_t i = 0; i < segments.size(); ++i) {
    for (const Interface& one : segments[i].interfaces) {
      for (const auto& address : one.addresses) neighbors[i].insert(address.address);
      around[one.node.index()].add_segment(neighbors[i]);
    }
  }
  for (std::size_t i = 0; i < around.size(); ++i) {
    const NodeId id(i);
    RouteChecks checks(topology, id, around[i], issues);
    for (const auto& route : topology.node(id).routes) checks.check(route);
    for (const auto& [neighbor, where] : topology.node(id).neighbors) {
      check_interface_exists(topology, id, neighbor.interface, where, issues);
    }
  }
}

}  // namespace topoproof::topology
