// SPDX-License-Identifier: GPL-2.0-or-later
// IPv6 extension headers (RFC 8200 section 4): hop-by-hop, routing and destination options share
// one shape and keep their content as bytes; the fragment header has a shape of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "packet/cursor.hh"
#include "packet/surroundings.hh"

namespace topoproof::packet {

// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  next header  |  length in 8s |  data, 6 bytes more than 8s   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// A routing header with segments left does not change the address in computed checksums: set them.
template <std::uint8_t Number>
struct Ipv6Extension {
  static constexpr std::size_t kSize = 8;  // the smallest
  static constexpr std::uint8_t kProtocol = Number;

  std::optional<std::uint8_t> next_header;
  std::optional<std::uint8_t> length;  // in units of 8 bytes, the first 8 not counted
  // Zeros are added up to a whole unit; the default is one PadN option, six bytes long.
  Bytes data{std::byte{1}, std::byte{4}, std::byte{}, std::byte{}, std::byte{}, std::byte{}};

  Bytes encode(const Surroundings& around) const;
  static std::optional<Ipv6Extension> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(next_header, length); }
  friend bool operator==(const Ipv6Extension&, const Ipv6Extension&) = default;
};
using HopByHop = Ipv6Extension<0>;
using Routing = Ipv6Extension<43>;
using DestinationOptions = Ipv6Extension<60>;

// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  next header  |   reserved    |     fragment offset     |res|M|
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                              id                               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Ipv6Fragment {
  static constexpr std::size_t kSize = 8;
  static constexpr std::uint8_t kProtocol = 44;

  std::optional<std::uint8_t> next_header;
  std::uint8_t reserved = 0;
  std::uint16_t fragment_offset = 0;  // in units of 8 bytes, 13 bits
  std::uint8_t reserved_bits = 0;     // 2 bits
  bool more_fragments = false;
  std::uint32_t id = 0;

  Bytes encode(const Surroundings& around) const;
  static std::optional<Ipv6Fragment> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(next_header); }
  friend bool operator==(const Ipv6Fragment&, const Ipv6Fragment&) = default;
};

}  // namespace topoproof::packet
