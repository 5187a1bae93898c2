// SPDX-License-Identifier: GPL-2.0-or-later
// What the writer says is what the reader takes: text -> topology -> the same text.
#include <gtest/gtest.h>

#include "topofile/reader.hh"
#include "topofile/yaml_writer.hh"
#include "topology/generators.hh"

namespace topoproof::topofile {
namespace {

using topology::make_fat_tree;

std::string again(const std::string& text) {
  const auto topology = parse_topology(text, "net.topo.yaml");
  return topology ? to_yaml(*topology) : to_string(topology.error());
}

TEST(RoundTrip, KeepsAllThatATopologySays) {
  const auto topology = parse_topology(
      "name: everything\n"
      "nodes:\n"
      "  red:\n"
      "    loopback: [10.255.0.1/32, fd00:255::1/128]\n"
      "    routes: [default via 10.0.0.5 metric 7, 'default via fd00::5', blackhole 10.9.0.0/16,\n"
      "             10.8.0.0/16 nexthop via 10.0.0.5 nexthop via 10.0.0.6 weight 2]\n"
      "    neighbors: [10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0]\n"
      "    sysctls: { net.ipv4.tcp_ecn: 0 }\n"
      "    listens: [tcp/80, udp/53]\n"
      "  host:\n"
      "    forwarding: true\n"
      "    bridges: { br0: { ipv4: [10.0.0.5/24, 10.0.0.6/24], ipv6: 'fd00::5/64', ageing: 9s } }\n"
      "    masquerade: [{ from: 10.0.0.0/24, out: br0 }, { from: 'fd00::/64' }]\n"
      "    snat: [{ from: 10.0.0.0/24, to: 10.0.0.6 }]\n"
      "    port_forwards: [{ in: br0, udp: 53, to: 'fd00::1 udp/5353' },\n"
      "                    { address: 10.0.0.6, tcp: 80, to: 10.0.0.1:8080 }]\n"
      "    ip6tables: |\n"
      "      *filter\n"
      "      COMMIT\n"
      "    nftables: |\n"
      "      table ip t {\n"
      "      }\n"
      "links:\n"
      "  - mtu: 1400\n"
      "    weight: 3\n"
      "    endpoints: ['red:eth0 10.0.0.1/24 fd00::1/64',\n"
      "                { bridge: br0, interface: p0, isolated: true, learning: false }]\n",
      "net.topo.yaml");
  ASSERT_TRUE(topology) << to_string(topology.error());
  const std::string text = to_yaml(*topology);
  EXPECT_EQ(again(text), text);
}

TEST(RoundTrip, KeepsGeneratedNetworks) {
  const std::string text = to_yaml(make_fat_tree(4));
  EXPECT_EQ(again(text), text);
}

}  // namespace
}  // namespace topoproof::topofile
