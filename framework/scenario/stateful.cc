// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/stateful.hh"

#include <algorithm>
#include <array>
#include <string_view>

namespace topoproof::scenario {
namespace {

constexpr std::array<std::string_view, 9> kStatefulWords{
    "limit", "quota", "numgen", "ct count", "update @", "add @", "meter", "recent", "statistic"};

bool is_stateful(const topology::RulesText& rules) {
  return std::ranges::any_of(kStatefulWords, [&](std::string_view word) {
    return rules.text.find(word) != std::string::npos;
  });
}

}  // namespace

bool has_stateful_rules(const topology::Topology& topology) {
  return std::ranges::any_of(topology.nodes(), [](const topology::Node& node) {
    return std::ranges::any_of(node.rules, is_stateful);
  });
}

}  // namespace topoproof::scenario
