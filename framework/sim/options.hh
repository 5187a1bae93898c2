// SPDX-License-Identifier: GPL-2.0-or-later
// Options of IPv4, and extension headers of IPv6: what they make of a packet. Internal to this
// module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// All RETURN: true if the packet goes on; else its end is recorded.

// ip_rcv_options: at every node, behind the route decision.
bool pass_options(World& world, Host& host, Packet& packet);
// ipv6_parse_hopopts: at every node, before any hook.
bool pass_hop_options(World& world, Host& host, Packet& packet);
// ip6_protocol_deliver_rcu: where the packet ends, behind the INPUT hook.
bool pass_extensions(World& world, Host& host, Packet& packet);

}  // namespace topoproof::sim
