// SPDX-License-Identifier: GPL-2.0-or-later
// Translating a packet in place: one address and its port, and the checksums over them
// (nf_nat_proto.c). For the sources of this module.
#pragma once

#include "conntrack/entry.hh"
#include "conntrack/nat_range.hh"

namespace topoproof::conntrack {

// The packet whose IP header is at `network` gets the source, or the destination, of `target`.
// RETURNS: false if it is too short for that; then it must be dropped.
bool rewrite(skb::Skb& packet, std::size_t network, const Tuple& target, Manip manip);

}  // namespace topoproof::conntrack
