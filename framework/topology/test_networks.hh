// SPDX-License-Identifier: GPL-2.0-or-later
// Networks and short forms that several tests of this module speak about.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topology/topology.hh"

namespace topoproof::topology {

inline IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }
inline Prefix prefix(std::string_view text) { return Prefix::parse(text).value(); }
inline Located<InterfaceAddress> at(std::string_view text, int line = 0) {
  return {InterfaceAddress::parse(text).value(), {"net.topo.yaml", line, 1}};
}

// A link between two interfaces that are written "node:interface" with or without an address:
// "red:veth-red 192.168.15.1/24". REQUIRES: the nodes exist; a bridge reads "host:v-eth-0/port".
inline Endpoint endpoint(const Topology& net, std::string_view text) {
  const auto blank = text.find(' ');
  const auto name = text.substr(0, blank);
  const auto colon = name.find(':');
  const auto slash = name.find('/');
  Endpoint end{.node = net.find_node(name.substr(0, colon)).value()};
  const auto from = slash == name.npos ? colon : slash;
  end.interface = std::string(name.substr(from + 1));
  if (slash != name.npos) {
    end.bridge = net.find_bridge(end.node, name.substr(colon + 1, slash - colon - 1)).value();
  }
  if (blank != text.npos) end.addresses.push_back(at(text.substr(blank + 1)));
  return end;
}
inline LinkId link(Topology& net, std::string_view one, std::string_view other,
                   std::uint32_t weight = 1) {
  return net.connect({.ends = {endpoint(net, one), endpoint(net, other)}, .weight = weight});
}

//   red  .1 ┐ 192.168.15.0/24
//           v-eth-0 .5  host .2 ── 192.168.1.0/24 ── .3 client
//   blue .2 ┘
inline Topology container_network() {
  Topology net("container-nat");
  net.add_node({.name = "red"});
  net.add_node({.name = "blue"});
  const NodeId host = net.add_node({.name = "host", .forwarding = true});
  net.add_node({.name = "client"});
  net.add_bridge({.name = "v-eth-0", .node = host, .addresses = {at("192.168.15.5/24")}});
  link(net, "red:veth-red 192.168.15.1/24", "host:v-eth-0/veth-red-br");
  link(net, "blue:veth-blue 192.168.15.2/24", "host:v-eth-0/veth-blue-br");
  link(net, "host:eth0 192.168.1.2/24", "client:eth0 192.168.1.3/24");
  return net;
}

}  // namespace topoproof::topology
