// SPDX-License-Identifier: GPL-2.0-or-later
// Interfaces: frames out and frames in. Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// dev_queue_xmit. REQUIRES: the packet has a link header.
void transmit(World& world, Host& host, Slot out, Packet&& packet);

// __netif_receive_skb_core: also of a bridge, for what its ports pass up.
void receive(World& world, Host& host, Slot in, Packet&& packet);

// What the kernel's eth_type_trans says of a frame.
skb::PacketType packet_type(const MacAddress& destination, const Interface& interface);

// Its own end and the other are up.
bool has_carrier(const World& world, const Interface& interface);

}  // namespace topoproof::sim
