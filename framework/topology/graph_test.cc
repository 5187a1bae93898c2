// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "topology/interfaces.hh"
#include "topology/test_networks.hh"
#include "topology/topology.hh"

namespace topoproof::topology {
namespace {

std::vector<std::string> names_of(const std::vector<Interface>& interfaces) {
  std::vector<std::string> names;
  for (const Interface& one : interfaces) names.push_back(one.name);
  return names;
}
using Names = std::vector<std::string>;

//   red ── veth-red-br ┐
//                      v-eth-0 ── host ── eth0 ── client
//   blue ─ veth-blue-br┘
TEST(Graph, FindsWhatWasAddedByName) {
  const Topology net = container_network();
  EXPECT_EQ(net.node(*net.find_node("blue")).name, "blue");
  const NodeId host = *net.find_node("host");
  EXPECT_EQ(net.bridge(*net.find_bridge(host, "v-eth-0")).node, host);
  EXPECT_FALSE(net.find_node("green"));
  EXPECT_FALSE(net.find_bridge(*net.find_node("red"), "v-eth-0"));
}

TEST(Graph, LinksOfANodeAreThoseOfItsBridgesToo) {
  const Topology net = container_network();
  EXPECT_EQ(net.links_of(*net.find_node("red")), (std::vector{LinkId(0)}));
  EXPECT_EQ(net.links_of(*net.find_node("host")), (std::vector{LinkId(0), LinkId(1), LinkId(2)}));
  EXPECT_EQ(net.ports_of(BridgeId(0)), (std::vector{LinkId(0), LinkId(1)}));
}

//   a ══ b     two links, and one from a to itself
TEST(Graph, KeepsParallelLinksAndLoops) {
  Topology net("parallel");
  const NodeId a = net.add_node({.name = "a"});
  const NodeId b = net.add_node({.name = "b"});
  for (const char* name : {"eth0", "eth1"}) {
    net.connect({.ends = {Endpoint{.node = a, .interface = name}, {.node = b, .interface = name}}});
  }
  net.connect({.ends = {Endpoint{.node = a, .interface = "x"}, {.node = a, .interface = "y"}}});
  EXPECT_EQ(net.links_of(a), (std::vector{LinkId(0), LinkId(1), LinkId(2)}));
  EXPECT_EQ(net.links_of(b), (std::vector{LinkId(0), LinkId(1)}));
  EXPECT_EQ(names_of(interfaces_of(net, a)), (Names{"lo", "eth0", "eth1", "x", "y"}));
}

TEST(Graph, ACopyIsAnotherTopology) {
  const Topology net = container_network();
  Topology copy = net;
  copy.node(NodeId(0)).forwarding = true;
  copy.add_node({.name = "green"});
  EXPECT_FALSE(net.node(NodeId(0)).forwarding);
  EXPECT_FALSE(net.find_node("green"));
  EXPECT_EQ(copy.links_of(NodeId(2)), net.links_of(NodeId(2)));
}

TEST(Interfaces, ComeAsLoopbackThenBridgesThenLinkEnds) {
  const Topology net = container_network();
  const auto interfaces = interfaces_of(net, *net.find_node("host"));
  EXPECT_EQ(names_of(interfaces), (Names{"lo", "v-eth-0", "veth-red-br", "veth-blue-br", "eth0"}));
  EXPECT_EQ(interfaces[1].kind, Interface::Kind::Bridge);
  EXPECT_EQ(interfaces[2].bridge, BridgeId(0));
  EXPECT_EQ(interfaces[4].link, LinkId(2));
}

TEST(Interfaces, ANodeIsKnownByItsLoopbackElseByItsFirstAddress) {
  Topology net = container_network();
  const NodeId host = *net.find_node("host");
  EXPECT_EQ(address_of(net, host, Family::Ipv4), address("192.168.15.5"));
  EXPECT_EQ(address_of(net, host, "eth0", Family::Ipv4), address("192.168.1.2"));
  EXPECT_FALSE(address_of(net, host, Family::Ipv6));
  net.node(host).loopback = {at("10.255.0.1/32"), at("fd00::1/128")};
  EXPECT_EQ(address_of(net, host, Family::Ipv4), address("10.255.0.1"));
  EXPECT_EQ(address_of(net, host, Family::Ipv6), address("fd00::1"));
  EXPECT_TRUE(uses_family(net, Family::Ipv6));
}

TEST(Interfaces, AnAddressIsOwnedByTheFirstNodeThatHasIt) {
  Topology net = container_network();
  EXPECT_EQ(owner_of(net, address("192.168.1.3")), net.find_node("client"));
  EXPECT_FALSE(owner_of(net, address("192.168.1.77")));
  net.node(NodeId(0)).loopback = {at("192.168.1.3/32")};
  EXPECT_EQ(owner_of(net, address("192.168.1.3")), NodeId(0));
}

TEST(Segments, ABridgeJoinsItsPortsAndARouterDoesNot) {
  const auto segments = segments_of(container_network());
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(names_of(segments[0].interfaces), (Names{"veth-red", "veth-blue", "v-eth-0"}));
  EXPECT_EQ(names_of(segments[1].interfaces), (Names{"eth0", "eth0"}));
}

//   a ── br0 ════ br1 ── b     bridges of two nodes that are switches only
TEST(Segments, ReachThroughSeveralBridges) {
  Topology net("two switches");
  const NodeId a = net.add_node({.name = "a"});
  const NodeId b = net.add_node({.name = "b"});
  const NodeId s = net.add_node({.name = "s"});
  const NodeId t = net.add_node({.name = "t"});
  const BridgeId br0 = net.add_bridge({.name = "br0", .node = s});
  const BridgeId br1 = net.add_bridge({.name = "br1", .node = t});
  net.connect({.ends = {Endpoint{.node = a, .interface = "eth0"},
                        {.node = s, .interface = "p0", .bridge = br0}}});
  net.connect({.ends = {Endpoint{.node = s, .interface = "p1", .bridge = br0},
                        {.node = t, .interface = "p1", .bridge = br1}}});
  net.connect({.ends = {Endpoint{.node = t, .interface = "p0", .bridge = br1},
                        {.node = b, .interface = "eth0"}}});
  const auto segments = segments_of(net);
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(names_of(segments[0].interfaces), (Names{"eth0", "eth0", "br0", "br1"}));
}

}  // namespace
}  // namespace topoproof::topology
