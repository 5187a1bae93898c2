// SPDX-License-Identifier: GPL-2.0-or-later
// What a sender has learned of the MTU of the way to a destination, from ICMP errors about its own
// packets. Who forwards does not heed it. Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// The node takes note of an ICMP error for it that says that a packet was too big, if the packet
// was its own. `tail`: the error's last record.
void learn_path_mtu(World& world, Host& host, const skb::Skb& error, RecordId tail);

// The MTU for packets that the node itself sends to the destination: `of_way`, or less.
std::uint32_t path_mtu(const World& world, const Host& host, const IpAddress& destination,
                       std::uint32_t of_way);

}  // namespace topoproof::sim
