// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/checks.hh"

#include <gtest/gtest.h>

#include "topology/test_networks.hh"

namespace topoproof::topology {
namespace {

std::string issues_of(const Topology& net) { return to_string(check_topology(net)); }

//   a ── b
Topology two_nodes(std::string_view at_a, std::string_view at_b) {
  Topology net("two");
  net.add_node({.name = "a"});
  net.add_node({.name = "b"});
  link(net, "a:eth0 " + std::string(at_a), "b:eth0 " + std::string(at_b));
  return net;
}

state::Route route(std::string_view to, std::string_view via) {
  return {.destination = prefix(to), .gateway = address(via)};
}

Topology with_route(Topology net, std::string_view node, state::Route route) {
  net.node(*net.find_node(node)).routes.push_back({std::move(route), {"net.topo.yaml", 9, 5}});
  return net;
}

TEST(Checks, ContainerNetworkIsFine) { EXPECT_EQ(issues_of(container_network()), ""); }

TEST(Checks, NodeNamesAreUnique) {
  Topology net("twins");
  net.add_node({.name = "red", .where = {"net.topo.yaml", 2, 3}});
  net.add_node({.name = "red", .where = {"net.topo.yaml", 3, 3}});
  EXPECT_EQ(
      issues_of(net),
      "net.topo.yaml:3:3: error: node 'red' exists twice; the first is at net.topo.yaml:2:3\n");
}

TEST(Checks, BridgesAndLinkEndsShareTheNamesOfTheirNode) {
  Topology net("names");
  const NodeId a = net.add_node({.name = "a"});
  net.add_node({.name = "b"});
  net.add_bridge({.name = "eth0", .node = a});
  link(net, "a:eth0", "b:eth0");
  link(net, "a:eth1", "b:lo");
  EXPECT_EQ(issues_of(net),
            "error: interface 'a:eth0' exists twice\nerror: interface 'b:lo' exists twice\n");
}

// lint was silent, and the kernel said "File exists".
TEST(Checks, TwoRoutesToOneDestinationNeedTwoMetrics) {
  auto net = with_route(container_network(), "blue", route("0.0.0.0/0", "192.168.15.1"));
  auto another = route("0.0.0.0/0", "192.168.15.5");
  another.metric = 7;
  net = with_route(net, "blue", another);
  EXPECT_EQ(issues_of(net), "");
  another.metric = 0;
  EXPECT_EQ(
      issues_of(with_route(net, "blue", another)),
      "net.topo.yaml:9:5: error: route default via 192.168.15.5: there is a route of the same "
      "metric already, at net.topo.yaml:9:5; give one of them another 'metric N', or write "
      "both as 'nexthop's of one route\n");
}

TEST(Checks, InterfaceNamesHaveAtMost15Bytes) {
  Topology net("long");
  net.add_node({.name = "a"});
  net.add_node({.name = "b"});
  link(net, "a:exactly15bytes-", "b:more-than-15-bytes");
  ASSERT_EQ(check_topology(net).size(), 1U);
  EXPECT_NE(check_topology(net)[0].text.find("more-than-15-bytes"), std::string::npos);
}

struct AddressRow {
  std::string name;
  std::string at_a;
  std::string at_b;
  std::string issues;
};
std::ostream& operator<<(std::ostream& out, const AddressRow& row) { return out << row.name; }
class AddressChecks : public testing::TestWithParam<AddressRow> {};

TEST_P(AddressChecks, SayWhatIsWrongWithALink) {
  EXPECT_EQ(issues_of(two_nodes(GetParam().at_a, GetParam().at_b)), GetParam().issues);
}

INSTANTIATE_TEST_SUITE_P(
    Links, AddressChecks,
    testing::Values(
        AddressRow{.name = "one_network", .at_a = "10.0.0.1/24", .at_b = "10.0.0.2/24"},
        AddressRow{.name = "both_ends_of_31", .at_a = "10.0.0.0/31", .at_b = "10.0.0.1/31"},
        AddressRow{.name = "one_network_ipv6", .at_a = "fd00::1/64", .at_b = "fd00::2/64"},
        AddressRow{.name = "one_family_each", .at_a = "fd00::1/64", .at_b = "10.0.0.2/24"},
        AddressRow{.name = "host_prefixes", .at_a = "10.0.0.1/32", .at_b = "169.254.1.1/32"},
        AddressRow{.name = "outside",
                   .at_a = "10.0.0.1/24",
                   .at_b = "10.0.1.2/24",
                   .issues = "net.topo.yaml: error: address outside its link's subnet: "
                             "10.0.1.2/24 of 'b:eth0', while 'a:eth0' at the other end has "
                             "10.0.0.1/24\n"},
        AddressRow{.name = "lengths_differ",
                   .at_a = "10.0.0.1/24",
                   .at_b = "10.0.0.2/16",
                   .issues = "net.topo.yaml: warning: 'b:eth0' has 10.0.0.2/16, but 'a:eth0' on "
                             "the same segment has 10.0.0.1/24: they disagree on who is a "
                             "neighbour\n"},
        AddressRow{.name = "twice",
                   .at_a = "10.0.0.1/24",
                   .at_b = "10.0.0.1/24",
                   .issues = "net.topo.yaml: error: address 10.0.0.1 of 'b:eth0' is used by "
                             "'a:eth0' on the same segment, too\n"},
        AddressRow{.name = "network_address",
                   .at_a = "10.0.0.0/24",
                   .at_b = "10.0.0.2/24",
                   .issues = "net.topo.yaml: error: 10.0.0.0/24 cannot be an address of 'a:eth0': "
                             "it is the address of the network itself\n"},
        AddressRow{.name = "broadcast_address",
                   .at_a = "10.0.0.1/24",
                   .at_b = "10.0.0.255/24",
                   .issues = "net.topo.yaml: error: 10.0.0.255/24 cannot be an address of "
                             "'b:eth0': it is the broadcast address of its network\n"},
        AddressRow{.name = "anycast_of_routers",
                   .at_a = "fd00::/64",
                   .at_b = "fd00::2/64",
                   .issues = "net.topo.yaml: warning: fd00::/64 cannot be an address of 'a:eth0': "
                             "it is the anycast address of the routers of its network\n"},
        AddressRow{.name = "multicast",
                   .at_a = "224.0.0.5/24",
                   .at_b = "224.0.0.6/24",
                   .issues = "net.topo.yaml: error: 224.0.0.5/24 cannot be an address of 'a:eth0': "
                             "it is a multicast address\n"
                             "net.topo.yaml: error: 224.0.0.6/24 cannot be an address of 'b:eth0': "
                             "it is a multicast address\n"}),
    [](const auto& row) { return row.param.name; });

TEST(Checks, AnycastLoopbacksAreMeant) {
  Topology net = two_nodes("10.0.0.1/24", "10.0.0.2/24");
  net.node(NodeId(0)).loopback = {at("10.9.9.9/32")};
  net.node(NodeId(1)).loopback = {at("10.9.9.9/32")};
  EXPECT_EQ(issues_of(net), "");
}

//   red, blue, v-eth-0 in 192.168.15.0/24; green in another network on the same bridge
TEST(Checks, AnAddressAloneInItsNetworkOnABridgeIsSuspect) {
  Topology net = container_network();
  net.add_node({.name = "green"});
  link(net, "green:eth0 192.168.51.3/24", "host:v-eth-0/veth-green-br");
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml: warning: nobody else on the segment of 'green:eth0' has an address in "
            "192.168.51.0/24\n");
}

//   b ── 10.0.0.0/24 ── a ── 10.0.0.0/24 ── c
TEST(Checks, OneNetworkOnTwoSegmentsOfANodeIsATossUp) {
  Topology net = two_nodes("10.0.0.1/24", "10.0.0.2/24");
  net.add_node({.name = "c"});
  link(net, "a:eth1 10.0.0.3/24", "c:eth0 10.0.0.4/24");
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml: error: 'a:eth0' and 'a:eth1' are on different segments with the same "
            "network 10.0.0.0/24: which one is used depends on the order of building\n");
}

//   home1 ── r1 ── isp ── r2 ── home2     both homes use 192.168.1.0/24, behind NAT
TEST(Checks, TwoHomesMayUseTheSameNetwork) {
  Topology net("homes");
  for (const char* name : {"home1", "r1", "isp", "r2", "home2"}) net.add_node({.name = name});
  link(net, "home1:eth0 192.168.1.2/24", "r1:eth0 192.168.1.1/24");
  link(net, "r1:eth1 203.0.113.1/30", "isp:eth0 203.0.113.2/30");
  link(net, "isp:eth1 203.0.113.5/30", "r2:eth1 203.0.113.6/30");
  link(net, "r2:eth0 192.168.1.1/24", "home2:eth0 192.168.1.2/24");
  EXPECT_FALSE(has_errors(check_topology(net)));
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml: note: address 192.168.1.1 of 'r2:eth0' is one of 'r1:eth0' as well, on "
            "another segment: which of them a packet reaches depends on its way\n"
            "net.topo.yaml: note: address 192.168.1.2 of 'home2:eth0' is one of 'home1:eth0' as "
            "well, on another segment: which of them a packet reaches depends on its way\n");
}

TEST(Checks, AGatewayMustBeInAConnectedNetwork) {
  const auto net = with_route(container_network(), "blue", route("0.0.0.0/0", "10.1.1.1"));
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml:9:5: error: route default via 10.1.1.1: its gateway 10.1.1.1 is in no "
            "network that 'blue' is connected to\n");
}

TEST(Checks, AGatewayBehindADirectRouteOrOnLinkIsFine) {
  Topology net = container_network();
  auto on_link = route("0.0.0.0/0", "192.168.1.2");
  on_link.interface = "veth-red";
  on_link.on_link = true;
  net = with_route(net, "red", on_link);
  net = with_route(net, "blue", {.destination = prefix("10.1.1.1/32"), .interface = "veth-blue"});
  net = with_route(net, "blue", route("0.0.0.0/0", "10.1.1.1"));
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml:9:5: warning: route default via 10.1.1.1: nobody on the segments of "
            "'blue' owns its gateway 10.1.1.1\n"
            "net.topo.yaml:9:5: warning: route default via 192.168.1.2 dev veth-red onlink: nobody "
            "on the segments of 'red' owns its gateway 192.168.1.2\n");
}

TEST(Checks, AGatewayIsNotTheNodeItself) {
  const auto net = with_route(container_network(), "blue", route("0.0.0.0/0", "192.168.15.2"));
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml:9:5: error: route default via 192.168.15.2: its gateway 192.168.15.2 is "
            "an address of 'blue' itself\n");
}

TEST(Checks, NamesOfInterfacesAreThoseOfTheNode) {
  Topology net = container_network();
  Node& host = net.node(*net.find_node("host"));
  const Location where{"net.topo.yaml", 5, 1};
  host.routes = {{{.destination = prefix("10.0.0.0/8"), .interface = "eth1"}, where}};
  host.neighbors = {{{.interface = "v-eth-O", .address = address("192.168.15.9")}, where}};
  host.masquerade = {{{.out = "et0"}, where}};
  const auto issues = check_topology(net);
  ASSERT_EQ(issues.size(), 3U);
  EXPECT_EQ(issues[0].text, "node 'host' has no interface 'et0'; did you mean 'eth0'?");
  EXPECT_EQ(issues[1].text, "node 'host' has no interface 'eth1'; did you mean 'eth0'?");
  EXPECT_EQ(issues[2].text, "node 'host' has no interface 'v-eth-O'; did you mean 'v-eth-0'?");
}

TEST(Checks, OneAddressOfManyIsNotedOnce) {
  Topology net("leaves");
  net.add_node({.name = "hub"});
  for (const char* name : {"a", "b", "c"}) {
    net.add_node({.name = name});
    link(net, std::string("hub:") + name, std::string(name) + ":eth0 10.0.0.1/32");
  }
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml: note: address 10.0.0.1 of 'b:eth0' is one of 'a:eth0' and 1 more as "
            "well, on another segment: which of them a packet reaches depends on its way\n");
}

TEST(Checks, APortForwardWithoutDestinationTakesForwardedTraffic) {
  Topology net = container_network();
  net.node(*net.find_node("host")).port_forwards = {
      {{.port = 80, .to = address("192.168.15.2"), .to_port = 80}, {}},
      {{.in = "eth0", .port = 81, .to = address("192.168.15.2"), .to_port = 80}, {}}};
  EXPECT_EQ(issues_of(net),
            "warning: the port forward of tcp/80 names neither an address nor an input interface: "
            "it also takes packets that 'host' only forwards, to whomever they are sent\n");
}

TEST(Checks, MtuIsOneOnASegment) {
  Topology net = container_network();
  net.add_node({.name = "green"});
  Link jumbo{.ends = {endpoint(net, "green:eth0 192.168.15.3/24"),
                      endpoint(net, "host:v-eth-0/veth-green-br")},
             .mtu = 9000};
  net.connect(jumbo);
  EXPECT_EQ(issues_of(net),
            "warning: 'green:eth0' has MTU 9000, but 'red:veth-red' on the same segment has 1500: "
            "larger packets are lost in silence\n");
}

TEST(Checks, AddressesBelongOnTheBridgeNotOnItsPort) {
  Topology net = container_network();
  net.add_node({.name = "green"});
  link(net, "green:eth0 192.168.15.3/24", "host:v-eth-0/vgreen 192.168.15.6/24");
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml: warning: 192.168.15.6/24 on bridge port 'host:vgreen' is not used for "
            "packets that come through the bridge: put it on 'host:v-eth-0'\n");
}

//   br0 ──── br1
//     └ br2 ─┘
Topology triangle_of_bridges(bool stp) {
  Topology net("triangle");
  for (const char* name : {"s0", "s1", "s2"}) {
    const NodeId node = net.add_node({.name = name});
    net.add_bridge({.name = "br0", .node = node, .stp = stp && node == NodeId(2)});
  }
  link(net, "s0:br0/p1", "s1:br0/p1");
  link(net, "s1:br0/p2", "s2:br0/p2");
  link(net, "s2:br0/p3", "s0:br0/p3");
  return net;
}

TEST(Checks, ALoopOfBridgesWithoutStpIsRefused) {
  EXPECT_EQ(issues_of(triangle_of_bridges(false)),
            "error: the link between 's2:br0' and 's0:br0' closes a loop of bridges without STP: a "
            "broadcast would go round for ever; set `stp: true` on one of its bridges\n");
}

TEST(Checks, OneBridgeWithStpBreaksTheLoop) { EXPECT_EQ(issues_of(triangle_of_bridges(true)), ""); }

TEST(Checks, TwoPortsOfOneBridgeJoinedAreALoopToo) {
  Topology net("short circuit");
  net.add_bridge({.name = "br0", .node = net.add_node({.name = "s"})});
  link(net, "s:br0/p0", "s:br0/p1");
  EXPECT_TRUE(has_errors(check_topology(net)));
}

Topology with_rules(RulesText::Language language, std::string text) {
  Topology net = container_network();
  net.node(*net.find_node("host"))
      .rules.push_back({language, std::move(text), {"rules.nft", 10, 1}});
  return net;
}

constexpr std::string_view kTakesForwarded =
    "rules.nft:12: warning: this destination NAT names neither an address nor an input interface: "
    "it also takes packets that 'host' only forwards, to whomever they are sent\n";

TEST(Checks, NftDestinationNatWithoutDestinationTakesForwardedTraffic) {
  EXPECT_EQ(issues_of(with_rules(RulesText::Language::Nft,
                                 "table ip nat {\n chain pre {\n  tcp dport 80 dnat to 10.0.0.2\n"
                                 "  ip daddr 192.168.1.2 tcp dport 81 dnat to 10.0.0.2\n"
                                 "  iifname eth0 tcp dport 82 dnat to 10.0.0.2 # dnat\n }\n}\n")),
            kTakesForwarded);
}

TEST(Checks, IptablesDestinationNatWithoutDestinationTakesForwardedTraffic) {
  EXPECT_EQ(issues_of(with_rules(
                RulesText::Language::Iptables,
                "*nat\n-A PREROUTING -i eth0 -p tcp --dport 81 -j DNAT --to-destination 10.0.0.2\n"
                "-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2\nCOMMIT\n")),
            kTakesForwarded);
}

}  // namespace
}  // namespace topoproof::topology
