// SPDX-License-Identifier: GPL-2.0-or-later
// What kernel and simulator are asked alike, and what each says.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hh"
#include "firewall/ruleset.hh"
#include "generator/generate.hh"

namespace topoproof::campaign {

// A frame that an edge sends. `port` is the shape's.
struct Packet {
  std::size_t port = 0;
  Bytes frame;
  friend bool operator==(const Packet&, const Packet&) = default;
};

// A case with all of its packets made: it can be asked again, and be cut down.
struct Question {
  generator::Feature shape = generator::Feature::Router;
  firewall::Ruleset ruleset;
  std::vector<Packet> packets;
  friend bool operator==(const Question&, const Question&) = default;
};

std::size_t count_rules(const firewall::Ruleset& ruleset);

inline constexpr std::size_t kPorts = 3;  // of each shape

struct Answer {
  // What came out of the node, port by port, in order.
  std::array<std::vector<Bytes>, kPorts> frames;
  // Of the node's rules that have one.
  std::vector<firewall::Counter> counters;
  friend bool operator==(const Answer&, const Answer&) = default;
};

}  // namespace topoproof::campaign
