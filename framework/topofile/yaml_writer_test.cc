// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/yaml_writer.hh"

#include <gtest/gtest.h>

#include "topology/generators.hh"
#include "topology/test_networks.hh"

namespace topoproof::topofile {
namespace {

using topology::address;
using topology::at;
using topology::make_chain;
using topology::prefix;

TEST(YamlWriter, WritesTheContainerNetworkAsAPersonWould) {
  topology::Topology net = topology::container_network();
  topology::Node& host = net.node(*net.find_node("host"));
  host.masquerade = {{{.from = prefix("192.168.15.0/24"), .out = "eth0"}, {}}};
  host.port_forwards = {
      {{.in = "eth0", .port = 80, .to = address("192.168.15.2"), .to_port = 80}, {}}};
  net.node(*net.find_node("blue")).routes = {
      {{.destination = prefix("0.0.0.0/0"), .gateway = address("192.168.15.5")}, {}}};
  EXPECT_EQ(to_yaml(net, {.comment = "red, blue -- host -- client"}),
            R"(# red, blue -- host -- client
name: container-nat
nodes:
  red: {}
  blue: { routes: default via 192.168.15.5 }
  host:
    forwarding: true
    bridges: { v-eth-0: { ipv4: 192.168.15.5/24 } }
    masquerade: [{ from: 192.168.15.0/24, out: eth0 }]
    port_forwards: [{ in: eth0, tcp: 80, to: 192.168.15.2:80 }]
  client: {}
links:
  - red:veth-red 192.168.15.1/24 -- host:v-eth-0/veth-red-br
  - blue:veth-blue 192.168.15.2/24 -- host:v-eth-0/veth-blue-br
  - host:eth0 192.168.1.2/24 -- client:eth0 192.168.1.3/24
)");
}

TEST(YamlWriter, AsksForWhatItLeavesOut) {
  EXPECT_EQ(to_yaml(make_chain(2), {.addressing = topology::AddressingOptions{.loopbacks = true},
                                    .routing = topology::RoutingOptions{}}),
            R"(name: chain-2
addressing:
  loopbacks: true
routing: shortest-path
nodes:
  r1: { forwarding: true }
  r2: { forwarding: true }
links:
  - r1:eth0 -- r2:eth0
)");
}

//   a ── br0 of s ── b     with everything that a file can say
TEST(YamlWriter, WritesAllThatATopologyHolds) {
  topology::Topology net("all");
  const auto mac = MacAddress::from_bits(0x0200'0000'0001);
  net.add_node(
      {.name = "a",
       .routes =
           {{{.type = state::RouteType::Blackhole,
              .destination = prefix("10.9.0.0/16"),
              .metric = 5},
             {}},
            {{.destination = prefix("::/0"), .gateway = address("fd00::9"), .table = 7}, {}},
            {{.destination = prefix("10.8.0.0/16"),
              .next_hops = {{.gateway = address("10.0.0.8"), .interface = {}},
                            {.gateway = address("10.0.0.9"), .interface = "eth0", .weight = 2}}},
             {}}},
       .policy_rules = {{{.priority = 9,
                          .from = prefix("10.0.0.0/8"),
                          .mark = state::FirewallMark{.value = 1, .mask = 15},
                          .table = 7},
                         {}},
                        {{.family = Family::Ipv6,
                          .priority = 8,
                          .from = {},
                          .incoming = "eth0",
                          .inverted = true,
                          .table = state::kTableMain,
                          .suppressed_length = 0},
                         {}}},
       .neighbors = {{{.interface = "eth0", .address = address("10.0.0.2"), .mac = mac}, {}}},
       .sysctls = {{{.name = "net.ipv4.ip_default_ttl", .value = "9"}, {}}},
       .rules = {{.text = "table inet t {\n}\n"}},
       .listens = {{{flow::Protocol::Tcp, 80}, {}}}});
  net.add_node({.name = "b"});
  const NodeId s = net.add_node({.name = "s",
                                 .loopback = {at("10.255.0.1/32"), at("fd00:255::1/128")},
                                 .snat = {{{.out = "br0", .to = address("10.0.0.7")}, {}}},
                                 .port_forwards = {{{.protocol = firewall::TransportProtocol::Udp,
                                                     .port = 53,
                                                     .to = address("fd00::2"),
                                                     .to_port = 5353},
                                                    {}}}});
  net.add_bridge({.name = "br0",
                  .node = s,
                  .addresses = {at("10.0.0.1/24"), at("10.0.1.1/24"), at("fd00::1/64")},
                  .mtu = 9000,
                  .stp = true,
                  .ageing = std::chrono::seconds(30)});
  topology::Link one{.ends = {endpoint(net, "a:eth0 10.0.0.2/24"), endpoint(net, "s:br0/p0")},
                     .mtu = 9000};
  one.ends[0].mac = mac;
  one.ends[1].port = {.isolated = true, .learning = false};
  net.connect(one);
  link(net, "b:eth0 10.0.0.3/24", "s:br0/p1", 7);
  EXPECT_EQ(to_yaml(net), R"(name: all
nodes:
  a:
    routes:
      - blackhole 10.9.0.0/16 metric 5
      - default via fd00::9 table 7
      - 10.8.0.0/16 nexthop via 10.0.0.8 nexthop via 10.0.0.9 dev eth0 weight 2
    rules:
      - from 10.0.0.0/8 fwmark 0x1/0xf lookup 7 priority 9
      - ipv6 not from all iif eth0 lookup main suppress_prefixlength 0 priority 8
    neighbors: 10.0.0.2 lladdr 02:00:00:00:00:01 dev eth0
    sysctls: { net.ipv4.ip_default_ttl: 9 }
    listens: tcp/80
    nftables: |
      table inet t {
      }
  b: {}
  s:
    loopback: [10.255.0.1/32, fd00:255::1/128]
    bridges:
      br0: { ipv4: [10.0.0.1/24, 10.0.1.1/24], ipv6: fd00::1/64, mtu: 9000, stp: true, ageing: 30s }
    snat: [{ out: br0, to: 10.0.0.7 }]
    port_forwards: [{ udp: 53, to: fd00::2 udp/5353 }]
links:
  - endpoints:
      - { node: a, interface: eth0, ipv4: 10.0.0.2/24, mac: 02:00:00:00:00:01 }
      - { node: s, bridge: br0, interface: p0, isolated: true, learning: false }
    mtu: 9000
  - endpoints: [b:eth0 10.0.0.3/24, s:br0/p1]
    weight: 7
)");
}

}  // namespace
}  // namespace topoproof::topofile
