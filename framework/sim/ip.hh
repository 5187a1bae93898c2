// SPDX-License-Identifier: GPL-2.0-or-later
// The IP layer of a node: receiving, forwarding, sending. Internal to this module.
#pragma once

#include "sim/route.hh"
#include "sim/world.hh"

namespace topoproof::sim {

// ip_rcv, ipv6_rcv.
void receive_ip(World& world, Host& host, Slot in, Packet&& packet);

// ip_rcv_core and ip6_rcv_core: what is not sound ends; what is longer than the header says was
// padded on the wire, and is trimmed.
End check_header(skb::Skb& skb, bool from_loopback);

// ip_local_out: a packet that this node made, with its way.
void send_ip(World& world, Host& host, Packet&& packet);

}  // namespace topoproof::sim
