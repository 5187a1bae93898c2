// SPDX-License-Identifier: GPL-2.0-or-later
// A topology file becomes a graph; what is wrong with it becomes sentences with a place.
#include "topofile/reader.hh"

#include <map>

#include <gtest/gtest.h>

#include "topofile/reader_node.hh"
#include "topology/interfaces.hh"

namespace topoproof::topofile {
namespace {

topology::Topology read(const std::string& text) {
  auto topology = parse_topology(text, "net.topo.yaml");
  EXPECT_TRUE(topology) << to_string(topology.error());
  return topology ? *topology : topology::Topology();
}

std::string issues_of(const std::string& text) {
  const auto topology = parse_topology(text, "net.topo.yaml");
  return topology ? "" : to_string(topology.error());
}

// Two nodes with a link, and `node` inside of red.
std::string issues_in_red(const std::string& keys) {
  return issues_of("nodes:\n  red:\n    " + keys +
                   "\n  blue:\nlinks: ['red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24']\n");
}

FileReader files(std::map<std::string, std::string> texts) {
  return [texts = std::move(texts)](const std::string& path) -> std::expected<std::string, Issue> {
    const auto found = texts.find(path);
    if (found != texts.end()) return found->second;
    return std::unexpected(make_issue({.file = path}, "there is no such file"));
  };
}

std::string warnings_of(const std::string& text) {
  Issues issues;
  const auto file = single_file(text, "net.topo.yaml");
  load_topology("net.topo.yaml", {}, file, issues);
  return to_string(issues);
}

// `lo` is of what a node sends to itself: of everything else all is foretold.
TEST(TopologyReader, WarnsOfWhatWasNotCaptured) {
  const std::string nodes = "nodes: { red: }\nlinks: []\nnot_captured: [ ";
  EXPECT_TRUE(warnings_of(nodes + "'red: lo is down; a topology builds it up' ]\n")
                  .ends_with("decide what becomes of flows that these nodes send to themselves, so "
                             "nothing is foretold of them\n"));
  EXPECT_TRUE(warnings_of(nodes + "'red: lo is down', 'red: eth0 is down' ]\n")
                  .ends_with("decide what becomes of flows that come by these nodes, so nothing is "
                             "foretold of them\n"));
}

// The example of the design, word by word.
constexpr const char* kContainerNat = R"(
name: container-nat
nodes:
  red:    {}
  blue:   { routes: [default via 192.168.15.5] }
  host:                        # the container host is a namespace as well
    forwarding: true
    bridges:
      v-eth-0: { ipv4: 192.168.15.5/24 }
    masquerade:    [{ from: 192.168.15.0/24, out: eth0 }]
    port_forwards: [{ in: eth0, tcp: 80, to: 192.168.15.2:80 }]
  client: {}
links:
  - endpoints: [{ node: red,  interface: veth-red,  ipv4: 192.168.15.1/24 }, { bridge: v-eth-0, interface: veth-red-br }]
  - endpoints: [{ node: blue, interface: veth-blue, ipv4: 192.168.15.2/24 }, { bridge: v-eth-0, interface: veth-blue-br }]
  - endpoints: ["host:eth0 192.168.1.2/24", "client:eth0 192.168.1.3/24"]     # short form
)";

TEST(TopologyReader, ReadsTheContainerNetwork) {
  const topology::Topology net = read(kContainerNat);
  EXPECT_EQ(net.name(), "container-nat");
  ASSERT_EQ(net.nodes().size(), 4U);
  ASSERT_EQ(net.links().size(), 3U);
  const NodeId host = *net.find_node("host");
  EXPECT_TRUE(net.node(host).forwarding);
  EXPECT_EQ(topology::address_of(net, host, "v-eth-0", Family::Ipv4),
            IpAddress::parse("192.168.15.5"));
  EXPECT_EQ(topology::address_of(net, *net.find_node("red"), Family::Ipv4),
            IpAddress::parse("192.168.15.1"));
  EXPECT_EQ(net.links()[0].ends[1].bridge, net.find_bridge(host, "v-eth-0"));
  EXPECT_EQ(state::describe(net.node(*net.find_node("blue")).routes.at(0).value),
            "route default via 192.168.15.5");
}

TEST(TopologyReader, ReadsTranslations) {
  const topology::Topology net = read(kContainerNat);
  const topology::Node& host = net.node(*net.find_node("host"));
  const auto& masquerade = host.masquerade.at(0).value;
  EXPECT_EQ(masquerade.from, Prefix::parse("192.168.15.0/24"));
  EXPECT_EQ(masquerade.out, "eth0");
  const auto& forward = host.port_forwards.at(0).value;
  EXPECT_EQ(forward.in, "eth0");
  EXPECT_EQ(forward.protocol, firewall::TransportProtocol::Tcp);
  EXPECT_EQ(forward.port, 80);
  EXPECT_EQ(to_string(forward.to), "192.168.15.2");
  EXPECT_EQ(forward.to_port, 80);
  EXPECT_EQ(to_string(host.port_forwards.at(0).where), "net.topo.yaml:11:21");
}

TEST(TopologyReader, TakesALinkInOneString) {
  const topology::Topology net = read(
      "nodes: { red: {}, host: { bridges: { v-eth-0: {} } } }\n"
      "links: ['red:veth-red 192.168.15.1/24 fd00::1/64 -- host:v-eth-0/veth-red-br']\n");
  const topology::Link& link = net.links()[0];
  EXPECT_EQ(link.ends[0].interface, "veth-red");
  ASSERT_EQ(link.ends[0].addresses.size(), 2U);
  EXPECT_EQ(to_string(link.ends[0].addresses[1].value), "fd00::1/64");
  EXPECT_EQ(link.ends[1].interface, "veth-red-br");
  EXPECT_EQ(link.ends[1].bridge, net.find_bridge(NodeId(1), "v-eth-0"));
}

TEST(TopologyReader, NamesInterfacesThatNobodyNamed) {
  const topology::Topology net =
      read("nodes: { a: , b: , c: }\nlinks: [a -- b, 'a:eth1 -- c', a -- c]\n");
  EXPECT_EQ(net.links()[0].ends[0].interface, "eth0");
  EXPECT_EQ(net.links()[0].ends[1].interface, "eth0");
  EXPECT_EQ(net.links()[1].ends[1].interface, "eth0");
  EXPECT_EQ(net.links()[2].ends[0].interface, "eth2");
  EXPECT_EQ(net.links()[2].ends[1].interface, "eth1");
}

TEST(TopologyReader, ReadsAllThatALinkCanHave) {
  const topology::Topology net = read(
      "nodes: { a: , h: { bridges: { br0: {} } } }\n"
      "links:\n"
      "  - mtu: 1400\n"
      "    weight: 7\n"
      "    endpoints:\n"
      "      - { node: a, interface: eth0, ipv4: [10.0.0.1/24, 10.0.1.1/24], mac: "
      "02:00:00:00:00:01 }\n"
      "      - { bridge: h:br0, interface: p1, isolated: true, hairpin: true, learning: false, "
      "flood: false }\n");
  const topology::Link& link = net.links()[0];
  EXPECT_EQ(link.mtu, 1400);
  EXPECT_EQ(link.weight, 7U);
  EXPECT_EQ(link.ends[0].addresses.size(), 2U);
  EXPECT_EQ(link.ends[0].mac, MacAddress::from_bits(0x0200'0000'0001));
  EXPECT_EQ(link.ends[1].port, (topology::PortOptions{true, true, false, false}));
}

TEST(TopologyReader, ReadsAllThatANodeCanHave) {
  const topology::Topology net = read(
      "nodes:\n"
      "  a:\n"
      "    loopback: [10.255.0.1/32, fd00:255::1/128]\n"
      "    neighbors: ['10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0']\n"
      "    sysctls: { net.ipv4.ip_local_port_range: 32768 60999, net.ipv4.tcp_ecn: 0 }\n"
      "    snat: [{ from: any, out: eth0, to: 10.0.0.9 }]\n"
      "    listens: [tcp/80, udp/53]\n"
      "    bridges: { br0: { ipv6: 'fd00::1/64', mtu: 1400, stp: true, ageing: 10s } }\n"
      "  b:\n"
      "links: ['a:eth0 10.0.0.1/24 -- b:eth0 10.0.0.2/24']\n");
  const topology::Node& node = net.nodes()[0];
  EXPECT_EQ(to_string(node.loopback.at(1).value), "fd00:255::1/128");
  EXPECT_EQ(node.neighbors.at(0).value.interface, "eth0");
  EXPECT_EQ(state::describe(node.sysctls.at(0).value),
            "sysctl net.ipv4.ip_local_port_range = 32768 60999");
  EXPECT_EQ(node.snat.at(0).value.from, std::nullopt);
  EXPECT_EQ(to_string(node.listens.at(1).value), "udp/53");
  EXPECT_EQ(net.bridges()[0].ageing, std::chrono::seconds(10));
}

TEST(TopologyReader, ReadsRulesBesideTheTopologyOrInline) {
  Issues issues;
  const topology::Topology net =
      load_topology("lab/net.topo.yaml", {},
                    files({{"lab/net.topo.yaml",
                            "nodes:\n  a: { nftables: rules.nft }\n"
                            "  b:\n    iptables: |\n      *nat\n      COMMIT\n"},
                           {"lab/rules.nft", "table ip t {\n}\n"}}),
                    issues);
  EXPECT_EQ(to_string(issues), "");
  const topology::RulesText& file = net.nodes()[0].rules.at(0);
  EXPECT_EQ(file.text, "table ip t {\n}\n");
  EXPECT_EQ(to_string(file.where), "lab/rules.nft:1:1");
  const topology::RulesText& text = net.nodes()[1].rules.at(0);
  EXPECT_EQ(text.language, topology::RulesText::Language::Iptables);
  EXPECT_EQ(to_string(text.where), "lab/net.topo.yaml:5:7");
}

// `nftables:` once came before `iptables:` whatever the file said, so its `flush ruleset` could not
// stand for what a reload of nftables.service does.
TEST(TopologyReader, ReadsRulesInTheOrderOfTheirKeys) {
  Issues issues;
  const topology::Topology net = load_topology(
      "net.topo.yaml", {},
      files({{"net.topo.yaml",
              "nodes:\n"
              "  a: { ip6tables: [rules.v6, more.v6], iptables: rules.v4, nftables: rules.nft }\n"
              "  b: { nftables: rules.nft, iptables: rules.v4 }\n"},
             {"rules.v6", "*filter\n"},
             {"more.v6", "*nat\n"},
             {"rules.v4", "*raw\n"},
             {"rules.nft", "table ip t {\n}\n"}}),
      issues);
  EXPECT_EQ(to_string(issues), "");
  using Language = topology::RulesText::Language;
  const auto languages = [&](std::size_t node) {
    std::vector<Language> all;
    for (const auto& rules : net.nodes()[node].rules) all.push_back(rules.language);
    return all;
  };
  EXPECT_EQ(languages(0), (std::vector{Language::Ip6tables, Language::Ip6tables, Language::Iptables,
                                       Language::Nft}));
  EXPECT_EQ(languages(1), (std::vector{Language::Nft, Language::Iptables}));
  EXPECT_EQ(net.nodes()[0].rules[1].text, "*nat\n");
}

TEST(TopologyReader, ReportsAllIssuesOfAFileAtOnce) {
  EXPECT_EQ(issues_of("nodes:\n"
                      "  red: { forwardin: true, routes: [default vai 10.0.0.1] }\n"
                      "  host: { forwarding: yes, bridges: { br0: { ipv4: 10.0.0.5 } } }\n"
                      "links:\n"
                      "  - endpoints: [{ node: rde, interface: eth0 }, { bridge: br1 }]\n"
                      "  - red:eth0\n"
                      "linsk: []\n"),
            "net.topo.yaml:2:10: error: unknown key 'forwardin'; did you mean 'forwarding'?\n"
            "net.topo.yaml:2:44: error: unknown word 'vai'; did you mean 'via'?\n"
            "net.topo.yaml:3:23: error: expected true or false, found 'yes'; write true\n"
            "net.topo.yaml:3:52: error: '10.0.0.5': an interface address needs its prefix length, "
            "like 10.0.0.1/24\n"
            "net.topo.yaml:5:17: error: there is no node 'rde'; did you mean 'red'?\n"
            "net.topo.yaml:5:49: error: there is no bridge 'br1'; did you mean 'br0'?\n"
            "net.topo.yaml:6:13: error: expected '--' after 'red:eth0'\n"
            "net.topo.yaml:7:1: error: unknown key 'linsk'; did you mean 'links'?\n");
}

TEST(TopologyReader, HintsAtTheTrapsOfYaml) {
  EXPECT_EQ(issues_in_red("loopback: [fd00::1]"),
            "net.topo.yaml:3:16: error: 'fd00::1': an interface address needs its prefix length, "
            "like 10.0.0.1/24\n");
  EXPECT_EQ(issues_in_red("port_forwards: [{ tcp: 80, to: [fd00::2]:80 }]"),
            "net.topo.yaml:3:45: error: expected ',' or '}' in the mapping that starts at 3:21; "
            "quote the IPv6 address: \"fd00::2\"\n");
  EXPECT_EQ(issues_in_red("bridges: { br0: { ipv4: 'fd00::1/64' } }"),
            "net.topo.yaml:3:29: error: 'fd00::1/64' belongs under 'ipv6:', not under 'ipv4:'\n");
  EXPECT_EQ(issues_in_red("listens: [icmp]"),
            "net.topo.yaml:3:15: error: every node answers icmp; listen on tcp or udp\n");
}

TEST(TopologyReader, SaysWhatAPortForwardNeeds) {
  EXPECT_EQ(issues_in_red("port_forwards: [{ in: eth0, to: 10.0.0.2:80 }]"),
            "net.topo.yaml:3:21: error: a port forward needs either 'tcp:' or 'udp:'\n");
  EXPECT_EQ(issues_in_red("port_forwards: [{ in: eth0, tcp: 80, to: 10.0.0.2 udp/80 }]"),
            "net.topo.yaml:3:21: error: tcp cannot be forwarded to udp\n");
  EXPECT_EQ(issues_in_red("port_forwards: [{ in: eth0, tcp: 80 }]"),
            "net.topo.yaml:3:21: error: the key 'to' is missing\n");
}

TEST(TopologyReader, SaysWhatAnEndpointNeeds) {
  EXPECT_EQ(issues_of("nodes: { a: , b: }\nlinks: [{ endpoints: [a:eth0] }]\n"),
            "net.topo.yaml:2:22: error: a link has two endpoints, not 1; where more nodes share a "
            "network, give it a bridge\n");
  EXPECT_EQ(issues_of("nodes: { a: , b: }\n"
                      "links: [{ endpoints: [{ node: a, isolated: true }, b:eth0] }]\n"),
            "net.topo.yaml:2:23: error: isolated, hairpin, learning and flood are for ports: "
            "'bridge:' is missing\n");
  EXPECT_EQ(issues_of("nodes: { a: { bridges: { br0: } }, b: { bridges: { br0: } } }\n"
                      "links: [{ endpoints: [{ bridge: br0, interface: p }, a:eth0] }]\n"),
            "net.topo.yaml:2:23: error: 2 nodes have a bridge 'br0'; say whose: 'node: a'\n");
}

TEST(TopologyReader, IsATopologyAndNoOtherFile) {
  EXPECT_EQ(issues_of("[]"),
            "net.topo.yaml:1:1: error: expected a topology (a mapping with 'nodes:' and 'links:'), "
            "found a list\n");
  EXPECT_EQ(issues_of("name: x"), "net.topo.yaml:1:1: error: a topology needs 'nodes:'\n");
  EXPECT_EQ(issues_of("version: 2\nnodes: { a: }"),
            "net.topo.yaml:1:10: error: expected 1, found '2'\n");
}

TEST(TopologyReader, FillsInAddressesAndRoutesOnRequest) {
  const topology::Topology net = read(
      "addressing: auto\nrouting: shortest-path\n"
      "nodes: { a: , r: { forwarding: true }, b: }\nlinks: [a -- r, r -- b]\n");
  EXPECT_TRUE(topology::address_of(net, *net.find_node("b"), Family::Ipv4));
  EXPECT_FALSE(net.node(*net.find_node("a")).routes.empty());
}

TEST(TopologyReader, TakesOptionsOfAddressingAndRouting) {
  const topology::Topology net = read(
      "addressing: { ipv4: false, ipv6: true, loopbacks: true }\n"
      "routing: { destinations: loopbacks }\n"
      "nodes: { a: { forwarding: true }, b: { forwarding: true } }\nlinks: [a -- b]\n");
  EXPECT_FALSE(topology::address_of(net, NodeId(0), Family::Ipv4));
  EXPECT_TRUE(topology::address_of(net, NodeId(0), "lo", Family::Ipv6));
  EXPECT_EQ(issues_of("routing: shortest\nnodes: { a: }"),
            "net.topo.yaml:1:10: error: expected shortest-path, or a mapping with its options, "
            "found 'shortest'\n");
}

TEST(TopologyReader, TheMacOfAnInterfaceIsOfOneStation) {
  EXPECT_EQ(to_string(parse_interface_mac("02:00:00:00:00:01").value()), "02:00:00:00:00:01");
  EXPECT_EQ(parse_interface_mac("01:00:5e:00:00:01").error().text,
            "01:00:5e:00:00:01 is the MAC address of a group");
  EXPECT_EQ(parse_interface_mac("00:00:00:00:00:00").error().text,
            "no interface can have the MAC 00:00:00:00:00:00");
}

}  // namespace
}  // namespace topoproof::topofile
