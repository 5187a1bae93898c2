// SPDX-License-Identifier: GPL-2.0-or-later
// The network of the benchmarks: leaves n1 .. nN in one subnet, on the bridge of a hub.
#pragma once

#include <cstdint>
#include <string>

#include "topology/topology.hh"

namespace topoproof::bench {

inline Ipv4Address star_address(int host) {
  return Ipv4Address(0x0a000000U + static_cast<std::uint32_t>(host));
}

// `leaf` is what every leaf is like, apart from its name.
inline topology::Topology make_star(int leaves, const topology::Node& leaf = {}) {
  const auto addresses = [](int host) {
    return topology::Addresses{{{.address = star_address(host), .length = 16}}};
  };
  topology::Topology net("star");
  const NodeId hub = net.add_node({.name = "hub", .forwarding = true});
  const BridgeId bridge = net.add_bridge({.name = "br0", .node = hub, .addresses = addresses(1)});
  for (int i = 1; i <= leaves; ++i) {
    topology::Node node = leaf;
    node.name = "n" + std::to_string(i);
    const NodeId id = net.add_node(std::move(node));
    net.connect({.ends = {{{.node = hub, .interface = "p" + std::to_string(i), .bridge = bridge},
                           {.node = id, .interface = "eth0", .addresses = addresses(i + 1)}}}});
  }
  return net;
}

}  // namespace topoproof::bench
