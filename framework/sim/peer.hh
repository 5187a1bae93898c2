// SPDX-License-Identifier: GPL-2.0-or-later
// How often a node says something to one other host (net/ipv4/inetpeer.c). Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// What the node keeps of the host; made when it is first asked for.
Peer& peer_of(const World& world, Host& host, const IpAddress& address);

// inet_peer_xrlim_allow: six at once to one target, then one in each `pause`. A pause of 0 allows
// all (Linux 6.18; in 6.12 it also used up what other limits would have left).
bool within_rate(const World& world, Host& host, const IpAddress& target, Time pause);

// ip_error: of packets without a route, five of one source are answered at once, then one a second.
bool may_say_no_route(const World& world, Host& host, const IpAddress& source);

}  // namespace topoproof::sim
