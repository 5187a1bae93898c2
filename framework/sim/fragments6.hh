// SPDX-License-Identifier: GPL-2.0-or-later
// Cutting IPv6 packets into fragments (ip6_fragment): what was put together for connection tracking
// leaves in pieces again. Internal to this module.
#pragma once

#include <cstdint>
#include <vector>

#include "skb/skb.hh"

namespace topoproof::sim {

// ip6_pkt_too_big: what came whole is never cut; what came in pieces, if none was too large.
bool is_too_big6(const skb::Skb& ipv6, std::uint32_t mtu);

// Whether it leaves in pieces (ip6_finish_output). REQUIRES: not too big.
bool needs_pieces6(const skb::Skb& ipv6, std::uint32_t mtu);

// In the pieces that it came in, if they fit. Their identification is 0: the kernel draws one.
std::vector<skb::Skb> fragments6_of(const skb::Skb& ipv6, std::uint32_t mtu);

}  // namespace topoproof::sim
