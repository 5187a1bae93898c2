// SPDX-License-Identifier: GPL-2.0-or-later
// A ruleset as nft text that loads to the same expressions. It says what the builders can say;
// anything else is an issue that names the expression.
#pragma once

#include <expected>
#include <string>

#include "base/issue.hh"
#include "firewall/ruleset.hh"

namespace topoproof::listing {

// One rule, without a line break: "ip saddr 10.0.0.0/8 counter masquerade". `table` has the sets
// that the rule looks up.
std::expected<std::string, Issue> to_text(const firewall::Rule& rule, const firewall::Table& table);

// "table ip topoproof {\n\tchain ...": ends with a line break; empty for an empty ruleset.
std::expected<std::string, Issue> to_text(const firewall::Ruleset& ruleset);

}  // namespace topoproof::listing
