// SPDX-License-Identifier: GPL-2.0-or-later
// The way out of the IP layer, for what is forwarded and what is made here: POSTROUTING, fragments,
// the neighbour. Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// ip_output, ip6_output. REQUIRES: the packet has a way with an interface.
void output_ip(World& world, Host& host, Slot in, Packet&& packet);

}  // namespace topoproof::sim
