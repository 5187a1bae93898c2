// SPDX-License-Identifier: GPL-2.0-or-later
// `meta random` loads one of 2^32 numbers, and a rule that compares it tells only a few kinds of
// them apart: one number of each stands for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "firewall/ruleset.hh"

namespace topoproof::machine {

// One number of each kind that the rule tells apart. REQUIRES: its expression at `load` loads the
// number. RETURNS: nothing if the rule does anything else with it than to compare it.
std::vector<std::uint32_t> kinds_of_numbers(const firewall::Rule& rule, std::size_t load);

}  // namespace topoproof::machine
