// SPDX-License-Identifier: GPL-2.0-or-later
// The networks of generated cases. Each has one node under test; all others are edges, which send
// and receive frames byte for byte and are otherwise silent: what the node does is all that
// happens. Interfaces, MAC addresses and neighbours are fixed, so that frames can be made before
// the network is there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/mac_address.hh"
#include "firewall/ruleset.hh"
#include "generator/feature.hh"
#include "topology/topology.hh"

namespace topoproof::generator {

// A link between the node and an edge.
struct Port {
  std::string interface;   // of the node: rules may name it
  MacAddress gateway;      // where the edge sends what it has for others
  IpAddress node_address;  // the node's on the edge's network
  NodeId edge;
  std::string edge_interface;
  MacAddress edge_mac;
  IpAddress edge_address;
};

inline constexpr std::size_t kNarrowPort = 2;  // its link has a smaller MTU
inline constexpr std::size_t kFencePort = 2;   // in no bridge

struct Shape {
  Feature kind = Feature::Router;
  topology::Topology topology;
  NodeId node;  // under test
  std::vector<Port> ports;
  std::vector<std::string> interfaces;  // of the node at the IP layer: a bridge, not its ports
  Family family = Family::Ipv4;
  bool has_bridge = false;
  Ipv4Address fence;  // of the node at the fence port: who asks for it by ARP is always answered
};

//   Router, Router6                       Container
//   a .2 ---- left  .1 [ r ]              a .2 ---- left  + br0 .1 [ r ]
//   b .2 ---- right .1 [ r ]              b .3 ---- right +
//   c .2 ---- far   .1 [ r ]              c .2 ---- far .1 [ r ]
// The node of Router6 says nothing by itself (listener reports, redirects): rules that come before
// all others keep it from that. REQUIRES: one of these features.
Shape make_shape(Feature kind);

// The rules of the edges: they take nothing in, so that nothing but the node answers. They stand in
// the topology as text.
firewall::Ruleset make_silence();

// The rules of the node where it is of IPv6: what that says by itself when it likes (reports of
// listeners, solicitations, redirects whose pace hangs on the clock) does not leave, for rules
// would count it. They stand in the topology as text, and are for the simulator beside those in
// question.
firewall::Ruleset make_calm_ipv6();

}  // namespace topoproof::generator
