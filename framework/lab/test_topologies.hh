// SPDX-License-Identifier: GPL-2.0-or-later
// Networks and plans that several tests of this module build.
#pragma once

#include <string>

#include <fmt/format.h>

#include "plan/planner.hh"
#include "topology/test_networks.hh"

namespace topoproof::lab {

inline state::Route route(const std::string& destination, const std::string& gateway) {
  return {.destination = Prefix::parse(destination).value(),
          .gateway = IpAddress::parse(gateway).value()};
}

inline constexpr NodeId kRed{0};
inline constexpr NodeId kBlue{1};
inline constexpr NodeId kHost{2};
inline constexpr NodeId kClient{3};

// The container network as a container host runs it: blue's way out, masquerade, a forwarded port.
inline topology::Topology container_nat() {
  topology::Topology net = topology::container_network();
  net.node(kBlue).routes.push_back({route("0.0.0.0/0", "192.168.15.5")});
  topology::Node& host = net.node(kHost);
  host.masquerade.push_back({{.from = Prefix::parse("192.168.15.0/24").value(), .out = "eth0"}});
  host.port_forwards.push_back(
      {{.in = "eth0", .port = 80, .to = IpAddress::parse("192.168.15.2").value(), .to_port = 80}});
  return net;
}

// Everything that a plan can say, in two nodes: ports with options, MTU, IPv6, loopback addresses,
// routes of all kinds, neighbours, sysctls of an interface.
inline topology::Topology everything() {
  using topology::at;
  topology::Topology net("everything");
  const NodeId a = net.add_node({.name = "a b'c", .forwarding = true});
  const NodeId b = net.add_node({.name = "b"});
  const BridgeId fast = net.add_bridge({.name = "fast",
                                        .node = a,
                                        .addresses = {at("10.0.0.1/24"), at("fd00::1/64")},
                                        .mtu = 1300,
                                        .mac = MacAddress::parse("02:aa:00:00:00:01").value(),
                                        .ageing = std::chrono::seconds(20)});
  const BridgeId slow = net.add_bridge({.name = "slow", .node = b, .stp = true});
  net.connect({.ends = {{{.node = a, .interface = "p1", .bridge = fast, .port = {.isolated = true}},
                         {.node = b,
                          .interface = "eth.0",
                          .addresses = {at("10.0.0.2/24"), at("fd00::2/64")}}}},
               .mtu = 1400});
  net.connect({.ends = {{{.node = a, .interface = "p2", .bridge = fast, .port = {.hairpin = true}},
                         {.node = b,
                          .interface = "p3",
                          .bridge = slow,
                          .port = {.learning = false, .flood = false}}}}});
  net.connect({.ends = {{{.node = a, .interface = "e1", .addresses = {at("10.1.0.1/30")}},
                         {.node = b, .interface = "e1", .addresses = {at("10.1.0.2/30")}}}}});
  net.node(a).loopback = {at("10.255.0.1/32"), at("fd00:ffff::1/128")};
  net.node(a).neighbors = {{{.interface = "e1",
                             .address = topology::address("10.1.0.2"),
                             .mac = MacAddress::parse("02:bb:00:00:00:01").value()}}};
  auto& routes = net.node(b).routes;
  routes = {{route("10.255.0.1/32", "10.0.0.1")}, {route("fd00:ffff::1/128", "fd00::1")}};
  routes.push_back({route("0.0.0.0/0", "10.1.0.1")});
  routes.back().value.metric = 50;
  routes.push_back({{.destination = Prefix::parse("10.9.0.0/16").value(), .interface = "e1"}});
  for (const auto type :
       {state::RouteType::Blackhole, state::RouteType::Unreachable, state::RouteType::Prohibit}) {
    const int number = static_cast<int>(type);
    routes.push_back(
        {{.type = type, .destination = topology::prefix(fmt::format("10.8.{}.0/24", number))}});
    routes.push_back(
        {{.type = type, .destination = topology::prefix(fmt::format("fd08:{}::/32", number))}});
  }
  routes.push_back({{.destination = topology::prefix("10.7.0.0/16"),
                     .next_hops = {{.gateway = topology::address("10.0.0.1")},
                                   {.gateway = topology::address("10.1.0.1"), .weight = 3}}}});
  net.node(b).sysctls = {{{"net/ipv4/conf/eth.0/rp_filter", "2"}},
                         {{"net.ipv4.ip_default_ttl", "33"}}};
  return net;
}

inline plan::Plan plan_of(const topology::Topology& net, const plan::PlanOptions& options = {}) {
  return plan::make_plan(net, options).value();
}

}  // namespace topoproof::lab
