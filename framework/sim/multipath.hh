// SPDX-License-Identifier: GPL-2.0-or-later
// Which of several equal ways a flow takes: the kernel hashes its addresses, and with policy 1 its
// ports, with a key that a sysctl gives (fib_multipath_hash, fib_select_multipath). Internal to
// this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// What the choice depends on.
struct FlowKeys {
  IpAddress source;
  IpAddress destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t protocol = 0;
  bool locally_made = false;    // a way that has its source is preferred
  bool by_socket_hash = false;  // with policy 1, whatever the rest is
};

// Of a packet; of an ICMP error, those of the packet that it quotes turned around, so that it goes
// the way of its flow.
FlowKeys flow_keys(const skb::Skb& skb);

// Where the kernel's choice cannot be known, for its key was drawn when it booted, or the sender's
// socket drew the hash, World::choices says what is tried. RETURNS: null if nothing can be tried.
// REQUIRES: the route has a way.
const routing::Hop* choose_hop(const World& world, const Host& host, const routing::Found& found,
                               const FlowKeys& keys);

// Whether a choice at this node can be one that cannot be known.
bool draws_ways(const Host& host);

}  // namespace topoproof::sim
