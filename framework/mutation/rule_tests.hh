// SPDX-License-Identifier: GPL-2.0-or-later
// What a rule asks of a packet, as parts of its expressions: each test with the loads that only it
// needs. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "firewall/ruleset.hh"

namespace topoproof::mutation {

enum class Asked {
  Source,
  Destination,
  SourcePort,
  DestinationPort,
  Protocol,  // of the transport
  Input,     // the name of the interface that it came by
  Output,
  CtState,
  CtStatus,
  Family,
  Other,
};
std::string_view to_string(Asked asked);  // "saddr", "dport", "ct state", ...

// The expressions from `first` on, up to `end`. The last one is a Compare, a Range, a Lookup or an
// XtMatch; a range of two comparisons is one test.
struct Test {
  Asked asked = Asked::Other;
  std::size_t first = 0;
  std::size_t end = 0;
  friend auto operator<=>(const Test&, const Test&) = default;
};

std::vector<Test> tests_of(const firewall::Rule& rule);

inline std::span<const firewall::Expression> part_of(const firewall::Rule& rule, const Test& test) {
  return std::span(rule.expressions).subspan(test.first, test.end - test.first);
}

}  // namespace topoproof::mutation
