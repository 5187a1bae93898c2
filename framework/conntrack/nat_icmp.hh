// SPDX-License-Identifier: GPL-2.0-or-later
// ICMP errors through NAT: what they quote is translated the other way round than they are
// (nf_nat_icmp_reply_translation). For the sources of this module.
#pragma once

#include "conntrack/entry.hh"
#include "conntrack/nat_range.hh"
#include "conntrack/outcome.hh"

namespace topoproof::conntrack {

// REQUIRES: the packet is an ICMP or ICMPv6 message related to the flow; `icmp` is its offset.
Outcome translate_icmp_error(skb::Skb& packet, const Entry& entry, std::size_t icmp, Manip manip);

}  // namespace topoproof::conntrack
