// SPDX-License-Identifier: GPL-2.0-or-later
// What tells flows apart: addresses, protocol and ports (or what stands for ports), and how it is
// read from a packet (nf_ct_get_tuple, nf_ct_invert_tuple).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "base/bytes.hh"
#include "base/ip_address.hh"

namespace topoproof::conntrack {

inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kDccp = 33;
inline constexpr std::uint8_t kGre = 47;
inline constexpr std::uint8_t kIcmpv6 = 58;
inline constexpr std::uint8_t kSctp = 132;
inline constexpr std::uint8_t kUdpLite = 136;

// Sixteen bytes as they are on the wire; of IPv4 the first four, and zeros.
struct RawAddress {
  std::array<std::uint64_t, 2> words{};
  friend bool operator==(const RawAddress&, const RawAddress&) = default;

  std::array<std::byte, 16> bytes() const;
  bool is_zero() const { return words[0] == 0 && words[1] == 0; }
};
RawAddress raw_address(const IpAddress& address);
RawAddress raw_address(BytesView bytes);  // REQUIRES: 4 or 16
IpAddress ip_address(const RawAddress& address, Family family);
// As numbers, in network order: less, equal or greater.
std::strong_ordering compare(const RawAddress& a, const RawAddress& b);

struct Tuple {
  RawAddress source;
  RawAddress destination;
  std::uint16_t source_port = 0;       // ICMP: the identifier
  std::uint16_t destination_port = 0;  // ICMP: type * 256 + code
  std::uint8_t protocol = 0;
  Family family = Family::Ipv4;
  friend bool operator==(const Tuple&, const Tuple&) = default;

  std::uint8_t icmp_type() const { return static_cast<std::uint8_t>(destination_port >> 8); }
  std::uint8_t icmp_code() const { return static_cast<std::uint8_t>(destination_port); }
  IpAddress source_address() const { return ip_address(source, family); }
  IpAddress destination_address() const { return ip_address(destination, family); }
};
std::string to_string(const Tuple& tuple);  // "tcp 10.0.0.1:1234 -> 10.0.0.2:80"

std::uint64_t hash_of(const Tuple& tuple, std::uint16_t zone);

constexpr bool is_icmp(std::uint8_t protocol) { return protocol == kIcmp || protocol == kIcmpv6; }
constexpr bool has_ports(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kUdpLite || protocol == kSctp ||
         protocol == kDccp;
}

struct Transport {
  std::uint8_t protocol = 0;
  std::size_t offset = 0;  // from the begin of `bytes`
};
// Behind the IP header at `network` of `bytes`. RETURNS: nothing for later fragments, and where the
// headers are longer than the packet (ipv4_get_l4proto, ipv6_get_l4proto).
std::optional<Transport> find_transport(BytesView bytes, std::size_t network, Family family);

// RETURNS: nothing where the packet ends before its ports.
std::optional<Tuple> read_tuple(BytesView bytes, std::size_t network, const Transport& transport,
                                Family family);

// The tuple of the answers. RETURNS: nothing for ICMP types that have none.
std::optional<Tuple> inverse(const Tuple& tuple);

}  // namespace topoproof::conntrack
