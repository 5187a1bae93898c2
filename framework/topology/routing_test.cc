// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/routing.hh"

#include <gtest/gtest.h>

#include "topology/addressing.hh"
#include "topology/checks.hh"
#include "topology/forwarding.hh"
#include "topology/generators.hh"
#include "topology/interfaces.hh"
#include "topology/test_networks.hh"

namespace topoproof::topology {
namespace {

Topology routers(std::initializer_list<const char*> names) {
  Topology net("routers");
  for (const char* name : names) net.add_node({.name = name, .forwarding = true});
  return net;
}

Topology routed(const Topology& net, const RoutingOptions& options = {}) {
  return add_shortest_path_routes(assign_addresses(net, {.loopbacks = true}).value(), options);
}
constexpr RoutingOptions kLoopbacks{.destinations = RoutingOptions::Destinations::Loopbacks};

// "r1 r2 r4"; empty if packets do not get there.
std::string way(const Topology& net, const char* from, const char* to) {
  std::string names;
  for (const NodeId id : path(net, *net.find_node(from), *net.find_node(to))) {
    names += (names.empty() ? "" : " ") + net.node(id).name;
  }
  return names;
}

std::string routes_of(const Topology& net, const char* node) {
  std::string lines;
  for (const auto& route : net.node(*net.find_node(node)).routes) {
    lines += describe(route.value) + "\n";
  }
  return lines;
}

//       r2
//   r1      r4     r1 and r4 have two equal ways to each other
//       r3
Topology square() {
  Topology net = routers({"r1", "r2", "r3", "r4"});
  link(net, "r1:a", "r3:a");
  link(net, "r1:b", "r2:a");
  link(net, "r3:b", "r4:a");
  link(net, "r2:b", "r4:b");
  return net;
}

TEST(ShortestPath, OfEqualWaysTheOneOverTheLowerNodeIsTaken) {
  const Topology net = routed(square());
  EXPECT_EQ(way(net, "r1", "r4"), "r1 r2 r4");
  EXPECT_EQ(way(net, "r4", "r1"), "r4 r2 r1");
  EXPECT_EQ(way(net, "r2", "r3"), "r2 r1 r3");
  EXPECT_EQ(to_string(check_topology(net)), "");
}

//   r1 ─2─ r3     r1 ─1─ r2 ─1─ r3
TEST(ShortestPath, OfEqualWeightsFewerNodesWin) {
  Topology net = routers({"r1", "r2", "r3"});
  link(net, "r1:a", "r2:a");
  link(net, "r2:b", "r3:a");
  link(net, "r1:b", "r3:b", 2);
  EXPECT_EQ(way(routed(net), "r1", "r3"), "r1 r3");
}

TEST(ShortestPath, ALighterWayIsTakenHoweverLong) {
  Topology net = routers({"r1", "r2", "r3"});
  link(net, "r1:b", "r3:b", 3);
  link(net, "r1:a", "r2:a");
  link(net, "r2:b", "r3:a");
  EXPECT_EQ(way(routed(net), "r1", "r3"), "r1 r2 r3");
}

//   r1 ══ r2     two links between them
TEST(ShortestPath, OfParallelLinksTheFirstIsTaken) {
  Topology net = routers({"r1", "r2"});
  link(net, "r1:a", "r2:a", 5);
  link(net, "r1:b", "r2:b");
  link(net, "r1:c", "r2:c");
  EXPECT_EQ(routes_of(routed(net, kLoopbacks), "r1"),
            "route 10.255.0.2/32 via 10.254.0.3 dev b src 10.255.0.1\n");
}

//   r1 ── r2 ── r3
TEST(ShortestPath, LinkNetworksAreDestinationsUnlessLoopbacksAreEnough) {
  const Topology chain = make_chain(3);
  EXPECT_EQ(routes_of(routed(chain), "r1"),
            "route 10.255.0.2/32 via 10.254.0.1 dev eth0 src 10.255.0.1\n"
            "route 10.255.0.3/32 via 10.254.0.1 dev eth0 src 10.255.0.1\n"
            "route 10.254.0.2/31 via 10.254.0.1 dev eth0 src 10.255.0.1\n");
  EXPECT_EQ(routes_of(routed(chain, kLoopbacks), "r1"),
            "route 10.255.0.2/32 via 10.254.0.1 dev eth0 src 10.255.0.1\n"
            "route 10.255.0.3/32 via 10.254.0.1 dev eth0 src 10.255.0.1\n");
}

TEST(ShortestPath, GoesInBothFamilies) {
  const auto net = assign_addresses(make_chain(3), {.ipv6 = default_ipv6_pool()});
  EXPECT_EQ(routes_of(add_shortest_path_routes(net.value()), "r1"),
            "route 10.254.0.2/31 via 10.254.0.1 dev eth0\n"
            "route fd00:254::2/127 via fd00:254::1 dev eth0\n");
}

//   h1 ── r1 ── r2 ── h2
TEST(ShortestPath, AHostHasADefaultRoute) {
  Topology net = routers({"r1", "r2"});
  net.add_node({.name = "h1"});
  net.add_node({.name = "h2"});
  link(net, "h1:eth0", "r1:a");
  link(net, "r1:b", "r2:b");
  link(net, "r2:a", "h2:eth0");
  net = routed(net);
  EXPECT_EQ(routes_of(net, "h1"), "route default via 10.254.0.0 dev eth0\n");
  EXPECT_EQ(way(net, "h1", "h2"), "h1 r1 r2 h2");
}

//   r1 ── h ── r2     h has two links and does not forward
TEST(ShortestPath, DoesNotGoThroughWhoDoesNotForward) {
  Topology net = routers({"r1", "r2"});
  net.add_node({.name = "h", .loopback = {at("10.9.9.9/32")}});
  link(net, "r1:a", "h:a");
  link(net, "h:b", "r2:a");
  net = routed(net);
  EXPECT_EQ(way(net, "r1", "r2"), "");
  EXPECT_EQ(way(net, "r1", "h"), "r1 h");
  EXPECT_EQ(way(net, "h", "r2"), "h r2");
}

TEST(ShortestPath, ThereAreNoRoutesBetweenIslands) {
  Topology net = routers({"r1", "r2", "r3", "r4"});
  link(net, "r1:a", "r2:a");
  link(net, "r3:a", "r4:a");
  net = routed(net);
  EXPECT_EQ(way(net, "r1", "r2"), "r1 r2");
  EXPECT_EQ(way(net, "r1", "r3"), "");
  EXPECT_EQ(routes_of(net, "r1"), "route 10.255.0.2/32 via 10.254.0.1 dev a src 10.255.0.1\n");
}

//   red, blue ── v-eth-0 (host) ── client
TEST(ShortestPath, GoesThroughABridgeToItsNode) {
  const Topology net = add_shortest_path_routes(container_network());
  EXPECT_EQ(way(net, "red", "blue"), "red blue");
  EXPECT_EQ(way(net, "red", "client"), "red host client");
  EXPECT_EQ(routes_of(net, "red"), "route default via 192.168.15.5 dev veth-red\n");
  EXPECT_EQ(routes_of(net, "host"), "");
}

//   r1 ┐           ┌ r3     the switch has no address and no part in routing
//      br0 (switch)
//   r2 ┘           └ r4 ── r5
TEST(ShortestPath, GoesThroughASwitchToTheNodesBehindIt) {
  Topology net = routers({"r1", "r2", "r3", "r4", "r5"});
  net.add_bridge({.name = "br0", .node = net.add_node({.name = "switch"})});
  link(net, "r1:a 10.0.0.1/24", "switch:br0/p1");
  link(net, "r2:a 10.0.0.2/24", "switch:br0/p2");
  link(net, "r3:a 10.0.0.3/24", "switch:br0/p3");
  link(net, "r4:a 10.0.0.4/24", "switch:br0/p4");
  link(net, "r4:b 10.0.1.4/24", "r5:a 10.0.1.5/24");
  net = add_shortest_path_routes(net);
  EXPECT_EQ(way(net, "r1", "r5"), "r1 r4 r5");
  EXPECT_EQ(routes_of(net, "r2"), "route 10.0.1.0/24 via 10.0.0.4 dev a\n");
}

TEST(ShortestPath, TheUsersRouteWins) {
  Topology net = assign_addresses(square(), {.loopbacks = true}).value();
  net.node(NodeId(0)).routes.push_back(
      {{.destination = prefix("10.255.0.4/32"), .gateway = address("10.254.0.1")}, {}});
  EXPECT_EQ(way(add_shortest_path_routes(net), "r1", "r4"), "r1 r3 r4");
}

//   r1 10.0.0.1/32 ── 10.0.0.2/32 r2
TEST(ShortestPath, AGatewayOutsideOfEveryNetworkIsOnLink) {
  Topology net = routers({"r1", "r2"});
  link(net, "r1:a 10.0.0.1/32", "r2:a 10.0.0.2/32");
  net = add_shortest_path_routes(net);
  EXPECT_EQ(routes_of(net, "r1"), "route 10.0.0.2/32 via 10.0.0.2 dev a onlink\n");
  EXPECT_EQ(way(net, "r1", "r2"), "r1 r2");
  EXPECT_EQ(to_string(check_topology(net)), "");
}

// All pairs of hosts, and the longest way between two of them.
std::pair<std::size_t, std::size_t> survey(const Topology& net) {
  const ForwardingTables tables(net);
  std::size_t delivered = 0;
  std::size_t longest = 0;
  for (std::size_t from = 0; from < net.nodes().size(); ++from) {
    for (std::size_t to = 0; to < net.nodes().size(); ++to) {
      const auto nodes =
          tables.path(NodeId(from), address_of(net, NodeId(to), Family::Ipv4).value());
      if (!nodes.empty()) ++delivered;
      longest = std::max(longest, nodes.size());
    }
  }
  return {delivered, longest};
}

TEST(ShortestPath, AllPairsOfAFatTreeAreSevenNodesApartAtMost) {
  const Topology net = routed(make_fat_tree(4));
  EXPECT_EQ(survey(net), (std::pair<std::size_t, std::size_t>{36 * 36, 7}));
}

//   r1 ── r2, and each takes the other as way to 10.7.0.0/16
TEST(Forwarding, ALoopIsNoWay) {
  Topology net = routers({"r1", "r2"});
  link(net, "r1:a 10.0.0.1/24", "r2:a 10.0.0.2/24");
  net.node(NodeId(0)).routes = {
      {{.destination = prefix("10.7.0.0/16"), .gateway = address("10.0.0.2")}, {}}};
  net.node(NodeId(1)).routes = {
      {{.destination = prefix("10.7.0.0/16"), .gateway = address("10.0.0.1")}, {}}};
  const ForwardingTables tables(net);
  EXPECT_EQ(tables.next_hop(NodeId(0), address("10.7.0.1")), NodeId(1));
  EXPECT_EQ(tables.path(NodeId(0), address("10.7.0.1")), std::vector<NodeId>());
}

TEST(Forwarding, TheLongestPrefixThenTheLeastMetricWins) {
  Topology net = square();
  net = assign_addresses(net, {.loopbacks = true}).value();
  const auto via_r3 = address("10.254.0.1");
  const auto via_r2 = address("10.254.0.3");
  auto& routes = net.node(NodeId(0)).routes;
  routes.push_back({{.destination = prefix("10.7.0.0/16"), .gateway = via_r3, .metric = 9}, {}});
  routes.push_back({{.destination = prefix("10.7.0.0/16"), .gateway = via_r2, .metric = 5}, {}});
  routes.push_back({{.destination = prefix("10.7.1.0/24"), .gateway = via_r3}, {}});
  routes.push_back(
      {{.type = state::RouteType::Blackhole, .destination = prefix("10.7.1.8/32")}, {}});
  const ForwardingTables tables(net);
  EXPECT_EQ(tables.next_hop(NodeId(0), address("10.7.0.1")), net.find_node("r2"));
  EXPECT_EQ(tables.next_hop(NodeId(0), address("10.7.1.1")), net.find_node("r3"));
  EXPECT_EQ(tables.next_hop(NodeId(0), address("10.7.1.8")), std::nullopt);
  EXPECT_EQ(tables.next_hop(NodeId(0), address("10.8.0.1")), std::nullopt);
}

}  // namespace
}  // namespace topoproof::topology
