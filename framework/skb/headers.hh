// SPDX-License-Identifier: GPL-2.0-or-later
// Where the headers of a packet begin, as the nf_tables machine finds them (nft_pktinfo of
// include/net/netfilter/nf_tables_ipv4.h and nf_tables_ipv6.h).
#pragma once

#include <cstdint>

#include "base/bytes.hh"

namespace topoproof::skb {

inline constexpr std::uint16_t kEtherIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherArp = 0x0806;
inline constexpr std::uint16_t kEtherIpv6 = 0x86dd;

inline constexpr std::uint8_t kAuthentication = 51;  // AH, RFC 4302
inline constexpr std::uint8_t kUdpLite = 136;        // RFC 3828

// All offsets count from the network header.
struct Headers {
  // False: what is behind the network header is not known (no IP, a broken chain of extension
  // headers, a later fragment whose next header is an extension): nf_tables then loads nothing from
  // there, and no protocol.
  bool has_transport = false;
  std::uint8_t protocol = 0;
  // 0 for a later fragment of IPv6: the kernel leaves it so, and its fast loads then read the
  // network header instead.
  std::uint32_t transport = 0;
  std::uint16_t fragment_offset = 0;  // bytes; not 0: a later fragment
  friend auto operator<=>(const Headers&, const Headers&) = default;
};

// Reads as the hooks of families ip, ip6 and inet do: the packet has passed the stack's own checks
// of the network header. Safe on any bytes: what is not there is not claimed.
Headers parse_headers(BytesView network, std::uint16_t ether_type);

// The same for families bridge and netdev, where nobody has looked yet: a packet that is shorter
// than its header says has no transport header.
Headers parse_unchecked_headers(BytesView network, std::uint16_t ether_type);

}  // namespace topoproof::skb
