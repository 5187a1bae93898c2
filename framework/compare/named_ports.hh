// SPDX-License-Identifier: GPL-2.0-or-later
// The numbers that rules ask packets for: where a flow's fate can change, flows are asked for.
// Pure.
#pragma once

#include <cstdint>
#include <set>

#include "firewall/ruleset.hh"

namespace topoproof::compare {

// Of a range its ends and their neighbours; of TCP and UDP alike, for a rule may ask for either in
// another place. Destination ports only.
std::set<std::uint16_t> named_ports(const firewall::Ruleset& ruleset);

// Likewise, of what a check may say of a flow besides.
std::set<std::uint16_t> named_source_ports(const firewall::Ruleset& ruleset);
// Bytes of a packet, of its IP payload, or of a UDP datagram: which one is not told.
std::set<std::uint16_t> named_lengths(const firewall::Ruleset& ruleset);
std::set<std::uint16_t> named_hop_limits(const firewall::Ruleset& ruleset);  // TTLs, too

}  // namespace topoproof::compare
