// SPDX-License-Identifier: GPL-2.0-or-later
// Reading IP headers in place, also those that an ICMP error quotes. For the sources of this
// module.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hh"
#include "base/ip_address.hh"
#include "skb/skb.hh"

namespace topoproof::conntrack {

inline constexpr std::uint8_t kRedirect = 5;          // of ICMP, RFC 792
inline constexpr std::uint8_t kIcmpv6Redirect = 137;  // RFC 4861

inline constexpr std::size_t kIpv4Size = 20;
inline constexpr std::size_t kIpv6Size = 40;

struct Skipped {
  std::uint8_t protocol = 0;
  std::size_t offset = 0;
  bool later_fragment = false;  // then `offset` is that of its payload
};
// ipv6_skip_exthdr() of net/ipv6/exthdrs_core.c, from the first extension header on.
std::optional<Skipped> skip_extensions(BytesView bytes, std::size_t at, std::uint8_t next);

inline Family family_of(const skb::Skb& packet) {
  return packet.is_ipv6() ? Family::Ipv6 : Family::Ipv4;
}

// Whether the checksum of the transport header at `offset` is right, or counts as right because a
// local sender left it to the device. True for protocols without one.
bool is_checksum_good(const skb::Skb& packet, std::uint8_t protocol, std::size_t offset);

}  // namespace topoproof::conntrack
