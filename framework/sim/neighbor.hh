// SPDX-License-Identifier: GPL-2.0-or-later
// Who has an address on a link: the neighbour table, ARP (net/ipv4/arp.c) and neighbour discovery
// (net/ipv6/ndisc.c), with real packets. Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// Sends a packet to the station that has `next`, once it is known. Packets wait for it.
void send_to_neighbor(World& world, Host& host, Slot out, const IpAddress& next, Packet&& packet);

// An answer did not come in time: asks again, or gives up on what waits.
void retry_neighbor(World& world, Host& host, Slot slot, const IpAddress& address);

void receive_arp(World& world, Host& host, Slot in, Packet& packet);

// RETURNS: false if the packet is no neighbour solicitation or advertisement.
bool receive_neighbor_discovery(World& world, Host& host, Slot in, Packet& packet);

// ff02::1:ffXX:XXXX (RFC 4291 2.7.1): whom to ask for an address.
IpAddress solicited_group(const IpAddress& target);

// The station of an address: what waits for it goes out. A permanent entry stays as it is.
void learn_neighbor(World& world, Host& host, Slot slot, const IpAddress& address,
                    const MacAddress& mac);
// The same, if the node knows of the address at all. `overrides`: also if it knows another station.
void confirm_neighbor(World& world, Host& host, Slot slot, const IpAddress& address,
                      const MacAddress& mac, bool overrides);

// The frame that a packet goes out in, to a station that is known or a group.
void send_to_station(World& world, Host& host, Slot out, const MacAddress& mac, Packet&& packet);

}  // namespace topoproof::sim
