// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions that keep a state of their own. Only they may also stand in sets, in
// elements, and in the statements that a rule gives to new elements (NFT_EXPR_STATEFUL).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace topoproof::firewall {

struct Counter {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  friend auto operator<=>(const Counter&, const Counter&) = default;
};

enum class LimitUnit : std::uint32_t { Packets, Bytes };

struct Limit {
  std::uint64_t rate = 0;         // units
  std::uint64_t per_seconds = 1;  // 60: a minute
  std::uint32_t burst = 5;
  LimitUnit unit = LimitUnit::Packets;
  bool over = false;  // matches above the rate, not up to it
  friend auto operator<=>(const Limit&, const Limit&) = default;
};

// "minute", as nft says it; nothing for a time that it has no word for.
std::optional<std::string_view> time_unit(const Limit& limit);

struct Quota {
  std::uint64_t bytes = 0;
  std::uint64_t consumed = 0;
  bool over = false;
  friend auto operator<=>(const Quota&, const Quota&) = default;
};

// Breaks the rule above `count` connections (of one element, in a set); `over`: up to it.
struct Connlimit {
  std::uint32_t count = 0;
  bool over = false;
  friend auto operator<=>(const Connlimit&, const Connlimit&) = default;
};

// When a packet came here last. Never breaks the rule.
struct Last {
  bool seen = false;
  std::uint64_t ago_ms = 0;
  friend auto operator<=>(const Last&, const Last&) = default;
};

using StatefulExpression = std::variant<Counter, Limit, Quota, Connlimit, Last>;

}  // namespace topoproof::firewall
