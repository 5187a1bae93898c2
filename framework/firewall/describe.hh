// SPDX-License-Identifier: GPL-2.0-or-later
// Expressions for a person: "cmp eq reg 1 0x0302010a", as `nft --debug=netlink` prints them.
#pragma once

#include <string>
#include <string_view>

#include "firewall/ruleset.hh"

namespace topoproof::firewall {

// What the kernel calls the expression: "payload", "immediate", "nat", ...
std::string_view kernel_name(const Expression& expression);

// Sent: as nft prints what it sends, when it loads a rule. Listed: as it prints what the kernel
// has, which fills in what was left out ("lookup reg 1 set ports 0x0").
enum class Wording { Sent, Listed };

std::string describe(const Expression& expression, Wording wording = Wording::Sent);
std::string describe(const Verdict& verdict);  // "drop", "jump -> chain"
// The value alone: "quota bytes 5242880 consumed 0 flags 1"
std::string describe(const ObjectValue& value);

// All of it, one thing a line: for comparing two rulesets by eye or by a diff.
std::string describe(const Ruleset& ruleset);

}  // namespace topoproof::firewall
