// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 (RFC 791) with options as bytes. Reassembly is not done here: a fragment is a packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>

#include "packet/cursor.hh"
#include "packet/surroundings.hh"

namespace topoproof::packet {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |version| hdrlen|      tos      |         total length          |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |              id               |R|D|M|     fragment offset     |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |      ttl      |   protocol    |           checksum            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                            source                             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                          destination                          |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                    options, padded to words                   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Ipv4 {
  static constexpr std::size_t kSize = 20;  // without options
  static constexpr std::uint16_t kEtherType = 0x0800;
  static constexpr std::uint8_t kProtocol = 4;  // IPv4 in IP

  std::uint8_t version = 4;                   // 4 bits
  std::optional<std::uint8_t> header_length;  // in words of 4 bytes, 4 bits
  std::uint8_t tos = 0;
  std::optional<std::uint16_t> total_length;  // in bytes, header included
  std::uint16_t id = 0;
  bool reserved = false;
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;  // in units of 8 bytes, 13 bits
  std::uint8_t ttl = 64;
  std::optional<std::uint8_t> protocol;
  std::optional<std::uint16_t> checksum;
  Ipv4Address src;
  Ipv4Address dst;
  Bytes options;  // zeros are added up to a whole word

  Bytes encode(const Surroundings& around) const;
  static std::optional<Ipv4> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(header_length, total_length, protocol, checksum); }
  friend bool operator==(const Ipv4&, const Ipv4&) = default;
};

// Makes the identification 0, and the header checksum right. REQUIRES: a whole IPv4 header.
void clear_identification(std::span<std::byte> packet);

}  // namespace topoproof::packet
