// SPDX-License-Identifier: GPL-2.0-or-later
// The ports that rules ask for: where a flow's fate can change, flows are asked for. Pure.
#pragma once

#include <cstdint>
#include <set>

#include "firewall/ruleset.hh"

namespace topoproof::compare {

// Of a range its ends and their neighbours; of TCP and UDP alike, for a rule may ask for either in
// another place. Destination ports only.
std::set<std::uint16_t> named_ports(const firewall::Ruleset& ruleset);

}  // namespace topoproof::compare
