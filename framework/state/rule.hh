// SPDX-License-Identifier: GPL-2.0-or-later
// A policy routing rule (ip-rule(8)) as a value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/prefix.hh"
#include "state/route.hh"

namespace topoproof::state {

// The kernel's numbers (FR_ACT_*).
enum class RuleAction : std::uint8_t { Lookup = 1, Blackhole = 6, Unreachable = 7, Prohibit = 8 };

struct FirewallMark {
  std::uint32_t value = 0;
  std::uint32_t mask = 0xffff'ffff;
  friend auto operator<=>(const FirewallMark&, const FirewallMark&) = default;
};

struct Rule {
  Family family = Family::Ipv4;
  std::uint32_t priority = 0;
  std::optional<Prefix> from;  // unset: all
  std::optional<Prefix> to;
  std::optional<std::string> incoming;  // iif; "lo" means: made by this node
  std::optional<std::string> outgoing;  // oif
  std::optional<FirewallMark> mark;
  bool inverted = false;  // "not": of all that the above does not say
  RuleAction action = RuleAction::Lookup;
  std::uint32_t table = kTableMain;  // 0 where the action is not Lookup
  // Routes of the table with no longer prefix do not count, and the next rule is asked.
  std::optional<std::uint8_t> suppressed_length;
  friend auto operator<=>(const Rule&, const Rule&) = default;
};

// As ip-rule(8) takes it: "from 10.0.0.0/8 fwmark 0x1 lookup 7 priority 100".
std::string to_string(const Rule& rule);
std::string describe(const Rule& rule);  // "ipv4 rule 100: from 10.0.0.0/8 fwmark 0x1 lookup 7"

}  // namespace topoproof::state
