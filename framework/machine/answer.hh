// SPDX-License-Identifier: GPL-2.0-or-later
// The answers that reject rules have sent (nf_reject_ipv4.c, nf_reject_ipv6.c). The reset is made
// here; errors of ICMP are made by the network's own stack, which limits their rate and chooses
// their source. Both get the flow of the packet they answer (conntrack::Tracker::attach).
#pragma once

#include <cstdint>
#include <optional>

#include "skb/skb.hh"

namespace topoproof::machine {

// A reset as if from the packet's destination, with this TTL (that of the route back: 64 unless
// told otherwise). Its checksum is partial. RETURNS: nothing where the kernel stays silent: what is
// no TCP segment, is a reset itself, a later fragment, or has a bad checksum.
std::optional<skb::Skb> make_reset(const skb::Skb& packet, std::uint8_t ttl = 64);

// Whether the kernel answers the packet with an ICMP error at all: not later fragments, and nothing
// with a bad checksum.
bool may_be_answered(const skb::Skb& packet);

}  // namespace topoproof::machine
