// SPDX-License-Identifier: GPL-2.0-or-later
// TCP (RFC 9293) with options as bytes.
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
// |                        sequence number                        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                     acknowledgment number                     |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | offset| rsvd. |C|E|U|A|P|R|S|F|            window             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |           checksum            |        urgent pointer         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                    options, padded to words                   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Tcp {
  static constexpr std::size_t kSize = 20;  // without options
  static constexpr std::uint8_t kProtocol = 6;
  static constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10,
                                kUrg = 0x20, kEce = 0x40, kCwr = 0x80;

  std::uint16_t sport = 40000;
  std::uint16_t dport = 80;
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::optional<std::uint8_t> data_offset;  // in words of 4 bytes, 4 bits
  std::uint8_t reserved = 0;                // 4 bits
  std::uint8_t flags = kSyn;
  std::uint16_t window = 64240;
  std::optional<std::uint16_t> checksum;
  std::uint16_t urgent = 0;
  Bytes options;  // zeros are added up to a whole word

  Bytes encode(const Surroundings& around) const;
  static std::optional<Tcp> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(data_offset, checksum); }
  friend bool operator==(const Tcp&, const Tcp&) = default;
};

// As tcpdump writes them: "S", "S.", "P.", "R", "." for a bare ACK, "none".
std::string describe_tcp_flags(std::uint8_t flags);

}  // namespace topoproof::packet
