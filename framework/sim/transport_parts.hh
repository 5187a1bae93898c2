// SPDX-License-Identifier: GPL-2.0-or-later
// What connections and datagrams have in common: sockets, and packets in their names. Internal to
// transport.cc and connection.cc.
#pragma once

#include <cstdint>

#include "sim/make_packet.hh"
#include "sim/transport.hh"

namespace topoproof::sim {

inline constexpr std::uint32_t kSmallestMtu = 68;  // of IPv4, RFC 791
// Bytes that a request and an answer have at least.
inline constexpr std::size_t kToken = 16;

bool has_good_checksum(const skb::Skb& skb, std::uint8_t protocol);
bool listens(const Host& host, flow::Service service, Family family);
Socket* find_socket(Host& host, const flow::Tuple& incoming);  // null if there is none

IpFields ip_fields(const Host& host, const Socket& socket);
std::uint16_t ether_type_of(const IpAddress& address);
// Of a TCP segment with these flags.
Bytes options_of(const Socket& socket, std::uint8_t flags);

// A packet of a socket of this node, from its address; by its link, or by whatever way there is.
void send_as(World& world, Host& host, const flow::Tuple& tuple, Slot link, const Bytes& bytes,
             RecordId tail);

}  // namespace topoproof::sim
