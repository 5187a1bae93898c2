// SPDX-License-Identifier: GPL-2.0-or-later
#include "generator/shape.hh"

#include <array>

#include <fmt/format.h>

#include "base/check.hh"
#include "firewall/build.hh"
#include "listing/listing.hh"

namespace topoproof::generator {
namespace {

using topology::Endpoint;
using topology::Topology;

constexpr std::array kPortNames{"a", "b", "c"};
constexpr std::array kInterfaces{"left", "right", "far"};
constexpr int kNarrowMtu = 1400;
const Ipv4Address kFenceOfIpv6(10, 9, 0, 1);

MacAddress node_mac(std::size_t port) { return MacAddress::from_bits(0x02aa'0000'0001 + port); }
MacAddress edge_mac(std::size_t port) { return MacAddress::from_bits(0x02bb'0000'0001 + port); }
const MacAddress kBridgeMac = MacAddress::from_bits(0x02cc'0000'0001);

IpAddress address(Family family, std::size_t network, int host) {
  const std::string text = family == Family::Ipv4 ? fmt::format("10.{}.0.{}", network + 1, host)
                                                  : fmt::format("fd0{}::{}", network + 1, host);
  return IpAddress::parse(text).value();
}

topology::Addresses on_network(const IpAddress& address) {
  return {{InterfaceAddress{address, address.is_v4() ? 24 : 64}}};
}

topology::RulesText silence() { return {.text = listing::to_text(make_silence()).value()}; }

struct Plug {
  std::size_t port = 0;
  std::size_t network = 0;
  int host = 2;
  std::optional<BridgeId> bridge = {};
};

void connect(Shape& shape, const Plug& plug) {
  const auto [port, network, host, bridge] = plug;
  const IpAddress own = address(shape.family, network, 1);
  const IpAddress edge_address = address(shape.family, network, host);
  Topology& net = shape.topology;
  const NodeId edge = net.add_node({.name = kPortNames[port], .rules = {silence()}});
  Endpoint node_end{
      .node = shape.node, .interface = kInterfaces[port], .bridge = bridge, .mac = node_mac(port)};
  if (!bridge) node_end.addresses = on_network(own);
  if (shape.family == Family::Ipv6 && port == kFencePort) {
    node_end.addresses.push_back({InterfaceAddress{shape.fence, 24}});
  }
  Endpoint edge_end{.node = edge, .interface = "eth0", .mac = edge_mac(port)};
  // With IPv6 of its own an edge would not be silent: listener reports, solicitations.
  if (shape.family == Family::Ipv4) edge_end.addresses = on_network(edge_address);
  net.connect({.ends = {node_end, edge_end},
               .mtu = port == kNarrowPort ? std::optional(kNarrowMtu) : std::nullopt});
  const MacAddress gateway = bridge ? kBridgeMac : node_mac(port);
  const std::string towards = bridge ? "br0" : kInterfaces[port];
  net.node(shape.node)
      .neighbors.push_back(
          {{.interface = towards, .address = edge_address, .mac = edge_mac(port)}});
  shape.ports.push_back(
      {kInterfaces[port], gateway, own, edge, "eth0", edge_mac(port), edge_address});
}

// How many redirects and complaints about missing routes a machine sends is limited in ways that no
// namespace can lift (ip_rt_send_redirect, ip_error): none shall be due.
void calm(topology::Node& node, bool has_bridge) {
  node.sysctls.push_back({{"net.ipv4.conf.all.send_redirects", "0"}});
  for (const char* interface : {"left", "right", "far", "br0"}) {
    if (interface == std::string_view("br0") && !has_bridge) continue;
    node.sysctls.push_back({{fmt::format("net.ipv4.conf.{}.send_redirects", interface), "0"}});
  }
  node.routes.push_back({{.type = state::RouteType::Blackhole,
                          .destination = make_prefix(Ipv4Address(10, 99, 0, 0), 16)}});
}

}  // namespace

firewall::Ruleset make_silence() {
  constexpr std::int32_t kFirst = -500;
  auto chain =
      firewall::make_base_chain("in", firewall::ChainType::Filter, firewall::Hook::Input, kFirst);
  chain.base->drops = true;
  return {
      {{.family = firewall::TableFamily::Inet, .name = "silence", .sets = {}, .chains = {chain}}}};
}

firewall::Ruleset make_calm_ipv6() {
  constexpr std::int32_t kFirst = -1000;
  constexpr std::uint8_t kLeast = 130;  // listeners, solicitations, advertisements, redirects
  constexpr std::uint8_t kMost = 143;
  auto chain = firewall::make_base_chain("output", firewall::ChainType::Filter,
                                         firewall::Hook::Output, kFirst);
  for (std::uint8_t type = kLeast; type <= kMost; ++type) {
    chain.rules.push_back(
        make_rule(firewall::TableFamily::Ip6, {firewall::icmpv6_type(type), firewall::drop()}));
  }
  return {{{.family = firewall::TableFamily::Ip6, .name = "calm", .sets = {}, .chains = {chain}}}};
}

Shape make_shape(Feature kind) {
  TOPOPROOF_CHECK(kind <= Feature::Container, "only topologies are shapes");
  Shape shape{.kind = kind, .topology = Topology(std::string(to_string(kind)))};
  shape.family = kind == Feature::Router6 ? Family::Ipv6 : Family::Ipv4;
  shape.has_bridge = kind == Feature::Container;
  shape.node = shape.topology.add_node({.name = "r", .forwarding = true});
  topology::Node& node = shape.topology.node(shape.node);
  if (shape.family == Family::Ipv4) calm(node, shape.has_bridge);
  if (shape.family == Family::Ipv6)
    node.rules = {{.text = listing::to_text(make_calm_ipv6()).value()}};
  const std::size_t fence_network = shape.has_bridge ? 1 : kFencePort;
  shape.fence =
      shape.family == Family::Ipv6 ? kFenceOfIpv6 : address(Family::Ipv4, fence_network, 1).v4();
  if (!shape.has_bridge) {
    for (std::size_t port = 0; port < kPortNames.size(); ++port) {
      connect(shape, {.port = port, .network = port});
      shape.interfaces.emplace_back(kInterfaces[port]);
    }
    return shape;
  }
  const BridgeId bridge =
      shape.topology.add_bridge({.name = "br0",
                                 .node = shape.node,
                                 .addresses = on_network(address(Family::Ipv4, 0, 1)),
                                 .mac = kBridgeMac});
  connect(shape, {.port = 0, .network = 0, .host = 2, .bridge = bridge});
  connect(shape, {.port = 1, .network = 0, .host = 3, .bridge = bridge});
  connect(shape, {.port = 2, .network = 1});
  shape.interfaces = {"br0", "far"};
  return shape;
}

}  // namespace topoproof::generator
