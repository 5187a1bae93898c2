// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to packets on a link, in one direction: the words are those of netem (tc-netem(8)).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof::impair {

// A part of all packets.
struct Share {
  static constexpr std::uint32_t kAll = 1'000'000;
  std::uint32_t millionths = 0;

  static std::expected<Share, Issue> parse(std::string_view text);  // "5%", "0.25%"
  friend auto operator<=>(const Share&, const Share&) = default;
};
std::string to_string(Share share);

// Bits in a second; none at all means no limit.
struct Rate {
  std::uint64_t bits = 0;

  static std::expected<Rate, Issue> parse(std::string_view text);  // "10mbit", "64kbit", "1gbit"
  friend auto operator<=>(const Rate&, const Rate&) = default;
};
std::string to_string(Rate rate);

struct Impairment {
  std::chrono::nanoseconds delay{};
  std::chrono::nanoseconds jitter{};  // the delay is up to so much more or less; order stays
  Share loss = {};
  Share duplicate = {};  // come twice
  Share reorder = {};    // are not delayed, and so overtake those that are
  Rate rate = {};
  std::uint64_t seed = 0;  // with the same one the same packets are lost
  friend auto operator<=>(const Impairment&, const Impairment&) = default;
};

// "delay 10ms loss 5% seed 7", as `tc qdisc add ... netem` takes it but for the seed of old ones.
std::string to_string(const Impairment& impairment);

// What cannot be meant: shares of more than all, a jitter beyond the delay, reordering without a
// delay to overtake. Empty if all is well.
std::string why_not(const Impairment& impairment);

}  // namespace topoproof::impair
