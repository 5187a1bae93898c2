// SPDX-License-Identifier: GPL-2.0-or-later
// How two rulesets differ in what they do: counters, handles, and where rules are written do not
// count.
#pragma once

#include <string>

#include "firewall/ruleset.hh"

namespace topoproof::rules {

// Lines that begin with '-' are of `a`, with '+' of `b`, under the headings of their table and
// chain. Empty if both do the same. Order counts among rules, and among base chains of one hook and
// priority; not among other chains, tables and sets. Comments do nothing, nor does nft's name of a
// type.
std::string difference(const firewall::Ruleset& a, const firewall::Ruleset& b);

}  // namespace topoproof::rules
