// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/bridge_entries.hh"

#include <algorithm>

#include <gtest/gtest.h>

#include "topology/test_networks.hh"

namespace topoproof::plan {
namespace {

using topology::address;
using topology::link;
using topology::Topology;

using Lines = std::vector<std::string>;

// "host veth-red-br red": on a bridge of host, red is behind veth-red-br. The name is that of the
// node whose interface has the MAC address.
Lines entries_of(const Topology& net, const PlanOptions& options) {
  const auto plan = make_plan(net, options);
  if (!plan) return {to_string(plan.error())};
  const States states = expected(*plan);
  const auto owner_of = [&](const MacAddress& mac) -> std::string {
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (std::ranges::find(states[i].links, mac, &state::Link::mac) != states[i].links.end()) {
        return plan->nodes[i];
      }
    }
    return "nobody";
  };
  Lines lines;
  for (const Step& step : plan->steps) {
    const auto* op = std::get_if<AddBridgeEntry>(&step.operation);
    if (op == nullptr) continue;
    EXPECT_EQ(op->entry.state, state::NeighborState::Reachable);
    lines.push_back(plan->nodes[op->node.index()] + " " + op->entry.port + " " +
                    owner_of(op->entry.mac));
  }
  return lines;
}

constexpr PlanOptions kAll{.neighbors = Neighbors::All};

Topology with_bridges(const std::vector<std::string>& switches,
                      const std::vector<std::string>& stations,
                      const topology::Bridge& like = {.name = "br0"}) {
  Topology net("bridges");
  for (const std::string& name : switches) {
    topology::Bridge bridge = like;
    bridge.node = net.add_node({.name = name});
    net.add_bridge(bridge);
  }
  for (const std::string& name : stations) net.add_node({.name = name});
  return net;
}

// a ── s:br0 ── b
Topology pair_on_a_bridge(const topology::Bridge& bridge = {.name = "br0"}) {
  Topology net = with_bridges({"s"}, {"a", "b"}, bridge);
  link(net, "a:eth0 10.0.0.1/24", "s:br0/a");
  link(net, "b:eth0 10.0.0.2/24", "s:br0/b");
  return net;
}

// a ── s1:br0 ── s2:br0 ── b
Topology two_bridges(const topology::Bridge& like = {.name = "br0"}) {
  Topology net = with_bridges({"s1", "s2"}, {"a", "b"}, like);
  link(net, "a:eth0 10.0.0.1/24", "s1:br0/a");
  link(net, "b:eth0 10.0.0.2/24", "s2:br0/b");
  link(net, "s1:br0/to-s2", "s2:br0/to-s1");
  return net;
}

TEST(BridgeEntries, ABridgeKnowsItsStationsButNotItself) {
  EXPECT_EQ(entries_of(topology::container_network(), kAll),
            (Lines{"host veth-red-br red", "host veth-blue-br blue"}));
}

TEST(BridgeEntries, OnlyThoseThatSomebodySendsToAreKnown) {
  EXPECT_EQ(entries_of(topology::container_network(), {}), Lines{});
  const PlanOptions red_to_host{.pairs = {{NodeId(0), address("192.168.15.5")}}};
  EXPECT_EQ(entries_of(topology::container_network(), red_to_host), Lines{"host veth-red-br red"});
}

TEST(BridgeEntries, AStarOfManyHasOneForEach) {
  Topology net = with_bridges({"s"}, {});
  for (int i = 1; i <= 100; ++i) {
    const std::string n = std::to_string(i);
    net.add_node({.name = "n" + n});
    link(net, "n" + n + ":eth0 10.0.0." + n + "/24", "s:br0/p" + n);
  }
  EXPECT_EQ(entries_of(net, kAll).size(), 100U);
}

TEST(BridgeEntries, EveryBridgeOfASegmentKnowsTheWay) {
  EXPECT_EQ(entries_of(two_bridges(), kAll),
            (Lines{"s1 a a", "s1 to-s2 b", "s2 to-s1 a", "s2 b b"}));
}

// a ── s1 ── s2 ── s3 (10.0.0.3)
//            └──── s4
TEST(BridgeEntries, ABridgesOwnAddressIsAStationForTheOthers) {
  Topology net = with_bridges({"s1", "s2"}, {"s3", "s4", "a"});
  net.add_bridge({.name = "br0", .node = NodeId(2), .addresses = {topology::at("10.0.0.3/24")}});
  net.add_bridge({.name = "br0", .node = NodeId(3)});
  link(net, "s1:br0/to-s2", "s2:br0/to-s1");
  link(net, "s2:br0/to-s3", "s3:br0/to-s2");
  link(net, "s2:br0/to-s4", "s4:br0/to-s2");
  link(net, "a:eth0 10.0.0.1/24", "s1:br0/a");
  EXPECT_EQ(entries_of(net, kAll), (Lines{"s1 to-s2 s3", "s1 a a", "s2 to-s3 s3", "s2 to-s1 a",
                                          "s3 to-s2 a", "s4 to-s2 s3", "s4 to-s2 a"}));
}

TEST(BridgeEntries, ALoopIsLeftToTheSpanningTree) {
  Topology triangle = two_bridges({.name = "br0", .stp = true});
  triangle.add_node({.name = "s3"});
  triangle.add_bridge({.name = "br0", .node = NodeId(4)});
  link(triangle, "s1:br0/to-s3", "s3:br0/to-s1");
  link(triangle, "s2:br0/to-s3", "s3:br0/to-s2");
  EXPECT_EQ(entries_of(triangle, kAll), Lines{});
}

TEST(BridgeEntries, SoAreParallelLinks) {
  Topology net = two_bridges();
  link(net, "s1:br0/again", "s2:br0/again");
  EXPECT_EQ(entries_of(net, kAll), Lines{});
}

TEST(BridgeEntries, ALoopElsewhereDoesNotMatter) {
  Topology net = pair_on_a_bridge();
  const NodeId other = net.add_node({.name = "other"});
  net.add_bridge({.name = "br0", .node = other});
  link(net, "other:br0/p1", "other:br0/p2");
  EXPECT_EQ(entries_of(net, kAll), (Lines{"s a a", "s b b"}));
}

TEST(BridgeEntries, ABridgeThatForgetsAtOnceGetsNone) {
  EXPECT_EQ(entries_of(pair_on_a_bridge({.name = "br0", .ageing = std::chrono::seconds(0)}), kAll),
            Lines{});
}

TEST(BridgeEntries, ABridgeWithSpanningTreeGetsNone) {
  EXPECT_EQ(entries_of(pair_on_a_bridge({.name = "br0", .stp = true}), kAll), Lines{});
}

TEST(BridgeEntries, APortThatDoesNotLearnGetsNone) {
  Topology net = with_bridges({"s"}, {"a", "b"});
  topology::Endpoint deaf = topology::endpoint(net, "s:br0/a");
  deaf.port.learning = false;
  net.connect({.ends = {topology::endpoint(net, "a:eth0 10.0.0.1/24"), deaf}});
  link(net, "b:eth0 10.0.0.2/24", "s:br0/b");
  EXPECT_EQ(entries_of(net, kAll), Lines{"s b b"});
}

TEST(BridgeEntries, ANodeWhoseArpIsUnderTestIsLearned) {
  Topology net = pair_on_a_bridge();
  net.add_node({.name = "c"});
  link(net, "c:eth0 10.0.0.3/24", "s:br0/c");
  const PlanOptions options{.neighbors = Neighbors::All, .resolving = {NodeId(1)}};
  EXPECT_EQ(entries_of(net, options), (Lines{"s b b", "s c c"}));
}

TEST(BridgeEntries, TwoAddressesOfAStationNeedOne) {
  Topology net = with_bridges({"s"}, {"a", "b"});
  topology::Endpoint both = topology::endpoint(net, "a:eth0 10.0.0.1/24");
  both.addresses.push_back(topology::at("fd00::1/64"));
  topology::Endpoint too = topology::endpoint(net, "b:eth0 10.0.0.2/24");
  too.addresses.push_back(topology::at("fd00::2/64"));
  net.connect({.ends = {both, topology::endpoint(net, "s:br0/a")}});
  net.connect({.ends = {too, topology::endpoint(net, "s:br0/b")}});
  EXPECT_EQ(entries_of(net, kAll), (Lines{"s a a", "s b b"}));
}

TEST(BridgeEntries, AMacAddressThatTwoHaveIsNobodys) {
  Topology net = with_bridges({"s"}, {"a", "b", "c"});
  for (const std::string name : {"a", "b"}) {
    topology::Endpoint end =
        topology::endpoint(net, name + ":eth0 10.0.0." + (name == "a" ? "1" : "2") + "/24");
    end.mac = MacAddress::parse("02:00:00:00:99:99").value();
    net.connect({.ends = {end, topology::endpoint(net, "s:br0/" + name)}});
  }
  link(net, "c:eth0 10.0.0.3/24", "s:br0/c");
  EXPECT_EQ(entries_of(net, kAll), Lines{"s c c"});
}

TEST(BridgeEntries, ComeWhenAllLinksAreUp) {
  const auto plan = make_plan(pair_on_a_bridge(), kAll);
  ASSERT_TRUE(plan);
  EXPECT_EQ(describe(plan->steps.back(), plan->nodes),
            "add bridge entry 02:00:00:00:00:68 at port b learned in s (the bridge need "
            "not flood what goes to b)");
}

}  // namespace
}  // namespace topoproof::plan
