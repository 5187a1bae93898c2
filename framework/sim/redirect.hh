// SPDX-License-Identifier: GPL-2.0-or-later
// Routers that send a packet back by the link that it came by tell its sender of the next hop.
// Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// ip_rt_send_redirect
void send_redirect(World& world, Host& host, const Packet& about);
// ndisc_send_redirect. `in`: the link
void send_redirect6(World& world, Host& host, Slot in, const Packet& about);

}  // namespace topoproof::sim
