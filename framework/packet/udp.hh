// SPDX-License-Identifier: GPL-2.0-or-later
// UDP (RFC 768).
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
// |          source port          |       destination port        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |            length             |           checksum            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Udp {
  static constexpr std::size_t kSize = 8;
  static constexpr std::uint8_t kProtocol = 17;

  std::uint16_t sport = 40000;
  std::uint16_t dport = 9;  // discard
  std::optional<std::uint16_t> length;
  std::optional<std::uint16_t> checksum;  // 0: none (not allowed over IPv6)

  Bytes encode(const Surroundings& around) const;
  static std::optional<Udp> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(length, checksum); }
  friend bool operator==(const Udp&, const Udp&) = default;
};

}  // namespace topoproof::packet
