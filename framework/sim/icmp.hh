// SPDX-License-Identifier: GPL-2.0-or-later
// What a node answers about packets: ICMP and ICMPv6 errors (icmp_send, icmp6_send), echo
// replies. Internal to this module.
#pragma once

#include "sim/world.hh"

namespace topoproof::sim {

// An error of either family, as its sender means it.
enum class Complaint : std::uint8_t {
  NoRoute,      // 3/0, and for IPv6 1/0
  Host,         // 3/1, 1/3
  Port,         // 3/3, 1/4
  Protocol,     // 3/2, and a parameter problem 4/1
  Prohibited,   // 3/13, 1/1
  TooBig,       // 3/4, 2/0
  TtlExceeded,  // 11/0, 3/0
};

// The packet ends as `how`, and its sender is told, if the kernel tells in such a case. `info`: the
// MTU, or where the problem is.
void complain(World& world, Host& host, Packet&& packet, End how, Complaint what,
              std::uint32_t info = 0);

// An ICMP error by its numbers. RETURNS: whether one was sent.
bool send_error(World& world, Host& host, const Packet& about, std::uint8_t type, std::uint8_t code,
                std::uint32_t info = 0);

// Of IPv6 a link's own address is answered by the link that the packet came in by. kNoSlot: by
// whatever route there is.
Slot link_of_answer(const Host& host, const Packet& about);

// The packet is for this node and its protocol is ICMP.
void receive_icmp(World& world, Host& host, Packet&& packet);

// Nobody answered for the packet's next hop.
void fail_at_neighbor(World& world, Host& host, Packet&& packet);

}  // namespace topoproof::sim
