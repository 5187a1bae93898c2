// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

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

// The kernel takes no rule twice, whatever its table.
void check_policy_rules(const Topology& topology, NodeId id, Issues& issues) {
  const Node& node = topology.node(id);
  for (std::size_t i = 0; i < node.policy_rules.size(); ++i) {
    const auto& [rule, where] = node.policy_rules[i];
    for (const auto& interface : {rule.incoming, rule.outgoing}) {
      if (interface && *interface != "lo") {
        check_interface_exists(topology, id, *interface, where, issues);
      }
    }
    const auto earlier = std::span(node.policy_rules).first(i);
    const auto same = std::ranges::find(earlier, rule, &Located<state::Rule>::value);
    if (same == earlier.end()) continue;
    issues.push_back(make_issue(where, fmt::format("'{}' has this rule already, at {}", node.name,
                                                   to_string(same->where))));
  }
}

}  // namespace

void check_routes(const Topology& topology, const std::vector<Surroundings>& around,
                  Issues& issues) {
  for (std::size_t i = 0; i < around.size(); ++i) {
    const NodeId id(i);
    RouteChecks checks(topology, id, around[i], issues);
    for (const auto& route : topology.node(id).routes) checks.check(route);
    check_policy_rules(topology, id, issues);
    for (const auto& [neighbor, where] : topology.node(id).neighbors) {
      check_interface_exists(topology, id, neighbor.interface, where, issues);
    }
  }
}

}  // namespace topoproof::topology
