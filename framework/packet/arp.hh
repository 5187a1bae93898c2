// SPDX-License-Identifier: GPL-2.0-or-later
// ARP for IPv4 over Ethernet (RFC 826). Address sizes other than 6 and 4 are left as raw payload.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "packet/cursor.hh"
#include "packet/surroundings.hh"

namespace topoproof::packet {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |         hardware type         |         protocol type         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | hardware size | protocol size |           operation           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |        sender mac (6), sender ip (4), target mac (6), target ip (4)
struct Arp {
  static constexpr std::size_t kSize = 28;
  static constexpr std::uint16_t kEtherType = 0x0806;
  static constexpr std::uint16_t kRequest = 1;
  static constexpr std::uint16_t kReply = 2;

  std::uint16_t hardware_type = 1;       // Ethernet
  std::uint16_t protocol_type = 0x0800;  // IPv4
  std::uint16_t operation = kRequest;
  MacAddress sender_mac = MacAddress::from_bits(0x0200'0000'0001);
  Ipv4Address sender_ip;
  MacAddress target_mac;
  Ipv4Address target_ip;

  Bytes encode(const Surroundings& around) const;
  static std::optional<Arp> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(); }
  friend bool operator==(const Arp&, const Arp&) = default;
};

}  // namespace topoproof::packet
