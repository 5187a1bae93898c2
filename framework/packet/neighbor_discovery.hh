// SPDX-License-Identifier: GPL-2.0-or-later
// What follows the ICMPv6 header in neighbour discovery (RFC 4861), options as bytes. A router
// solicitation has options only: they are its payload. Receivers ignore all of these unless the
// hop limit of the IPv6 header is 255.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "packet/cursor.hh"
#include "packet/surroundings.hh"

namespace topoproof::packet {

// Of neighbour solicitations and advertisements: target (16 bytes), options.
struct NdTarget {
  static constexpr std::size_t kSize = 16;  // without options

  Ipv6Address target;
  Bytes options;

  Bytes encode(const Surroundings& around) const;
  static std::optional<NdTarget> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(); }
  friend bool operator==(const NdTarget&, const NdTarget&) = default;
};

// Of router advertisements: reachable time, retransmission time (both ms), options. The hop limit,
// the flags and the router's lifetime are `id` and `sequence` of the Icmpv6 layer.
struct NdRouter {
  static constexpr std::size_t kSize = 8;  // without options

  std::uint32_t reachable_ms = 0;
  std::uint32_t retransmission_ms = 0;
  Bytes options;

  Bytes encode(const Surroundings& around) const;
  static std::optional<NdRouter> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(); }
  friend bool operator==(const NdRouter&, const NdRouter&) = default;
};

// The option that tells a link-layer address, RFC 4861 section 4.6.1.
inline constexpr std::uint8_t kNdSourceLinkAddress = 1;
inline constexpr std::uint8_t kNdTargetLinkAddress = 2;
Bytes nd_link_address(std::uint8_t type, const MacAddress& mac);

// The first option of this type in a list of options that holds a MAC address.
std::optional<MacAddress> find_nd_link_address(BytesView options, std::uint8_t type);

}  // namespace topoproof::packet
