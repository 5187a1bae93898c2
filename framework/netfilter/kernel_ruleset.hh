// SPDX-License-Identifier: GPL-2.0-or-later
// Rulesets into the kernel and out of it. The socket is one of Protocol::Netfilter, opened inside
// the namespace that is meant.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "netlink/socket.hh"

namespace topoproof::netfilter {

struct TableName {
  firewall::TableFamily family = firewall::TableFamily::Ip;
  std::string name;
  friend auto operator<=>(const TableName&, const TableName&) = default;
};

// Loads the tables, each in place of the one of that name, in one atomic transaction: refused in
// part is refused in whole. Those of `replaced` go with it; other tables stay as they are.
// RETURNS: what the kernel refuses, with the rule's origin, the expression it points at and its
// words; empty if all is loaded. THROWS: netlink::ExchangeError.
[[nodiscard]] Issues load_ruleset(netlink::Socket& socket, const firewall::Ruleset& ruleset,
                                  std::span<const TableName> replaced = {});

// Removes the table if there is one. THROWS: NetlinkError if the kernel refuses, as it does with a
// table that another socket owns; ExchangeError.
void remove_table(netlink::Socket& socket, firewall::TableFamily family, std::string_view name);

// What the kernel holds, with the handles of the rules and their counters.
// RETURNS: or the first thing that the IR cannot represent, by name. THROWS: ExchangeError.
std::expected<firewall::Ruleset, Issue> observe_ruleset(netlink::Socket& socket);

// The counter of a rule: of the first counter expression in it.
std::optional<firewall::Counter> counter_of(const firewall::Rule& rule);

struct RuleCounter {
  firewall::TableFamily family = firewall::TableFamily::Ip;
  std::string table;
  std::string chain;
  std::uint64_t handle = 0;
  firewall::Counter counter;
  friend auto operator<=>(const RuleCounter&, const RuleCounter&) = default;
};

// Of all rules that have one, in the kernel's order; rules that the IR cannot represent too.
std::vector<RuleCounter> observe_counters(netlink::Socket& socket);

}  // namespace topoproof::netfilter
