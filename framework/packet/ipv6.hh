// SPDX-License-Identifier: GPL-2.0-or-later
// The fixed IPv6 header (RFC 8200). Extension headers are layers of their own: ipv6_extension.hh.
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
// |version| traffic class |              flow label               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |        payload length         |  next header  |   hop limit   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                 source (16), destination (16)                 |
struct Ipv6 {
  static constexpr std::size_t kSize = 40;
  static constexpr std::uint16_t kEtherType = 0x86dd;
  static constexpr std::uint8_t kProtocol = 41;  // IPv6 in IP

  std::uint8_t version = 6;  // 4 bits
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;                 // 20 bits
  std::optional<std::uint16_t> payload_length;  // in bytes, extension headers included
  std::optional<std::uint8_t> next_header;
  std::uint8_t hop_limit = 64;
  Ipv6Address src;
  Ipv6Address dst;

  Bytes encode(const Surroundings& around) const;
  static std::optional<Ipv6> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(payload_length, next_header); }
  friend bool operator==(const Ipv6&, const Ipv6&) = default;
};

}  // namespace topoproof::packet
