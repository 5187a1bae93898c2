// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/addressing.hh"

#include <gtest/gtest.h>

#include "topology/checks.hh"
#include "topology/generators.hh"
#include "topology/interfaces.hh"
#include "topology/test_networks.hh"

namespace topoproof::topology {
namespace {

// "r1:eth0 10.254.0.0/31" for each address, in the order of nodes.
std::vector<std::string> addresses_in(const Topology& net) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < net.nodes().size(); ++i) {
    for (const Interface& one : interfaces_of(net, NodeId(i))) {
      for (const auto& address : one.addresses) {
        lines.push_back(net.nodes()[i].name + ":" + one.name + " " + to_string(address));
      }
    }
  }
  return lines;
}
using Lines = std::vector<std::string>;

//   r1 ── r2 ── r3
TEST(Addressing, ALinkIsANetworkOfTwo) {
  EXPECT_EQ(addresses_in(assign_addresses(make_chain(3)).value()),
            (Lines{"r1:eth0 10.254.0.0/31", "r2:eth0 10.254.0.1/31", "r2:eth1 10.254.0.2/31",
                   "r3:eth0 10.254.0.3/31"}));
}

TEST(Addressing, DualStackAndLoopbacksOnRequest) {
  const auto net =
      assign_addresses(make_chain(2), {.ipv6 = default_ipv6_pool(), .loopbacks = true});
  EXPECT_EQ(addresses_in(net.value()),
            (Lines{"r1:lo 10.255.0.1/32", "r1:lo fd00:255::1/128", "r1:eth0 10.254.0.0/31",
                   "r1:eth0 fd00:254::/127", "r2:lo 10.255.0.2/32", "r2:lo fd00:255::2/128",
                   "r2:eth0 10.254.0.1/31", "r2:eth0 fd00:254::1/127"}));
  EXPECT_EQ(to_string(check_topology(*net)), "");
}

//   n1, n2 ── br0 of host
TEST(Addressing, ABridgeIsALan) {
  const auto net = assign_addresses(make_star(2), {.ipv6 = default_ipv6_pool()});
  EXPECT_EQ(addresses_in(net.value()),
            (Lines{"host:br0 10.0.0.1/24", "host:br0 fd00::1/64", "n1:eth0 10.0.0.2/24",
                   "n1:eth0 fd00::2/64", "n2:eth0 10.0.0.3/24", "n2:eth0 fd00::3/64"}));
}

TEST(Addressing, ALargeLanGetsAShorterPrefix) {
  const auto small = assign_addresses(make_star(253)).value();
  EXPECT_EQ(small.bridges()[0].addresses[0].value.length, 24);
  const auto large = assign_addresses(make_star(254)).value();
  EXPECT_EQ(large.bridges()[0].addresses[0].value.length, 23);
  EXPECT_EQ(to_string(check_topology(large)), "");
}

//   red 192.168.15.1, blue ── v-eth-0 192.168.15.5 of host ── client
TEST(Addressing, WhatTheUserSaidStaysAndIsGoneOnWith) {
  Topology net("mixed");
  for (const char* name : {"red", "blue", "host", "client"}) net.add_node({.name = name});
  net.add_bridge({.name = "br0", .node = NodeId(2), .addresses = {at("192.168.15.5/29")}});
  link(net, "red:eth0 192.168.15.1/29", "host:br0/p0");
  link(net, "blue:eth0", "host:br0/p1");
  link(net, "host:eth0 10.254.0.1/31", "client:eth0 10.254.0.0/31");
  link(net, "host:eth1", "client:eth1");
  EXPECT_EQ(addresses_in(assign_addresses(net).value()),
            (Lines{"red:eth0 192.168.15.1/29", "blue:eth0 192.168.15.2/29",
                   "host:br0 192.168.15.5/29", "host:eth0 10.254.0.1/31", "host:eth1 10.254.0.2/31",
                   "client:eth0 10.254.0.0/31", "client:eth1 10.254.0.3/31"}));
}

TEST(Addressing, SaysWhichPoolIsTooSmall) {
  AddressPool tiny = default_ipv4_pool();
  tiny.links = prefix("192.0.2.0/30");
  EXPECT_TRUE(assign_addresses(make_chain(3), {.ipv4 = tiny}));
  EXPECT_EQ(assign_addresses(make_chain(4), {.ipv4 = tiny}).error().text,
            "no network is left for 'r3:eth1' in 192.0.2.0/30 of the address pool");
}

TEST(Addressing, SaysThatTheUsersNetworkIsFull) {
  Topology net = make_star(3);
  Topology chosen("chosen");
  for (const Node& node : net.nodes()) chosen.add_node(node);
  chosen.add_bridge({.name = "br0", .node = NodeId(0), .addresses = {at("192.0.2.1/30")}});
  for (const Link& one : net.links()) chosen.connect(one);
  EXPECT_EQ(assign_addresses(chosen).error().text,
            "no address is left for 'n2:eth0' in 192.0.2.0/30, the network of its segment");
}

TEST(Addressing, IsTheSameEveryTime) {
  const auto once = assign_addresses(make_fat_tree(4)).value();
  EXPECT_EQ(addresses_in(once), addresses_in(assign_addresses(make_fat_tree(4)).value()));
  EXPECT_EQ(addresses_in(once), addresses_in(assign_addresses(once).value()));
  EXPECT_EQ(to_string(check_topology(once)), "");
}

}  // namespace
}  // namespace topoproof::topology
