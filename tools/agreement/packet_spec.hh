// SPDX-License-Identifier: GPL-2.0-or-later
// A packet as rules ask for it, and the ones beside it: each field one below and one above of what
// is asked.
#pragma once

#include <cstdint>
#include <vector>

#include "asked.hh"
#include "conntrack/random.hh"
#include "zones.hh"

namespace topoproof::agreement {

struct PacketSpec {
  std::size_t zone = 0;  // where it comes from
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 17;  // of IPv4 and IPv6: 1 or 58 is an echo unless type says otherwise
  std::uint16_t source_port = 40000;
  std::uint16_t destination_port = 80;
  std::uint8_t flags = 2;  // of TCP: SYN
  std::uint32_t sequence = 1000;
  std::uint32_t acknowledged = 0;
  std::uint8_t type = 8;
  std::uint8_t code = 0;
  std::uint8_t ttl = 64;
  std::size_t payload = 16;  // bytes
  std::uint16_t id = 1;      // IPv4's identification, or IPv6's flow label

  Family family() const { return source.family(); }
  bool is_icmp() const { return protocol == 1 || protocol == 58; }
};

// From the Ethernet header on, to the router (or to who is in the same bridge).
Bytes frame_of(const PacketSpec& spec, const Zones& zones);
// The same with other bytes from the IP header on.
Bytes frame_around(BytesView packet, std::size_t zone, const Zones& zones);
Bytes packet_of(const PacketSpec& spec);
// The fragment with these bytes of what follows the header. REQUIRES: IPv4 without options, 8
// divides `from`.
Bytes fragment_of(BytesView packet, std::size_t from, std::size_t to);

// The same connection the other way round. `zone`: where that comes from.
PacketSpec answer_to(const PacketSpec& spec, std::size_t zone);

// The first has all that is asked, as far as it can be had at once; then each constant of the
// rule's own in turn, and its neighbours.
std::vector<PacketSpec> packets_for(const RuleAsks& asks, const Zones& zones,
                                    conntrack::Random& random);

}  // namespace topoproof::agreement
