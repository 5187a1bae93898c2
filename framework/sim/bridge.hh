// SPDX-License-Identifier: GPL-2.0-or-later
// Bridges (net/bridge): learning, forwarding, flooding. Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// br_handle_frame: a frame came in by a port.
void receive_by_bridge(World& world, Host& host, Slot port, Packet&& packet);

// br_forward: the node itself sends by one port.
void send_by_port(World& world, Host& host, Slot port, Packet&& packet);

// br_dev_xmit: the node itself sends by the bridge.
void transmit_by_bridge(World& world, Host& host, Slot bridge, Packet&& packet);

}  // namespace topoproof::sim
