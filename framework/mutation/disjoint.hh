// SPDX-License-Identifier: GPL-2.0-or-later
// Proof, from the rules alone, that no packet can tell in which order two of them stand. Pure.
#pragma once

#include <string>

#include "firewall/ruleset.hh"

namespace topoproof::mutation {

// RETURNS: the reason; empty if none was found, which proves nothing.
std::string order_proof(const firewall::Rule& first, const firewall::Rule& second);

}  // namespace topoproof::mutation
