// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: the packets that most of them send.
#pragma once

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/stack.hh"
#include "packet/tcp.hh"
#include "two_bodies.hh"

namespace topoproof::agreement {

inline IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
inline Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

// UDP from port 1000 to port 80.
inline PacketSpec udp(std::size_t zone, const char* from, const char* to) {
  return {.zone = zone,
          .source = ip(from),
          .destination = ip(to),
          .source_port = 1000,
          .payload = 16,
          .id = 7};
}
inline PacketSpec tcp(std::size_t zone, const char* from, const char* to) {
  PacketSpec spec = udp(zone, from, to);
  spec.protocol = packet::Tcp::kProtocol;
  return spec;
}
inline PacketSpec echo(std::size_t zone, const char* from, const char* to) {
  PacketSpec spec = udp(zone, from, to);
  spec.protocol = spec.source.is_v4() ? 1 : 58;
  spec.type = spec.source.is_v4() ? packet::Icmp::kEchoRequest : packet::Icmpv6::kEchoRequest;
  return spec;
}

// Who has `target`? asks `sender`, who is inside.
inline Bytes arp_request(const char* sender, const char* target) {
  const MacAddress mac = MacAddress::from_bits(0x0200'0000'2002);
  return packet::build(
      packet::ether({.src = mac, .dst = MacAddress::broadcast()}) /
      packet::arp({.sender_mac = mac, .sender_ip = ip(sender).v4(), .target_ip = ip(target).v4()}));
}

// Two packets that get through, and where they are then seen.
inline const PacketSpec kToOutside = udp(kInside, "10.201.0.2", "10.200.0.2");
inline const PacketSpec kAcrossBridge = udp(kPort1, "10.240.0.2", "10.240.0.3");
inline const std::string kThrough = "outside: 10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes";
inline const std::string kBridged = "port2: 10.240.0.2:1000 > 10.240.0.3:80 udp, 16 bytes";

}  // namespace topoproof::agreement
