// SPDX-License-Identifier: GPL-2.0-or-later
#include <vector>

#include <fmt/format.h>

#include "firewall/nat_rules.hh"
#include "plan/planner.hh"
#include "plan/reason.hh"

namespace topoproof::plan {

// The node's own text comes first: it may begin with "flush ruleset". Destination NAT stands before
// source NAT, as packets meet them.
std::vector<Step> rule_steps(NodeId node, const topology::Node& rules) {
  std::vector<Step> steps;
  for (const topology::RulesText& text : rules.rules) {
    steps.push_back({LoadRulesText{node, text}, stated(text.where)});
  }
  std::vector<firewall::NatRule> nat;
  for (const auto& rule : rules.port_forwards) nat.emplace_back(rule.value);
  for (const auto& rule : rules.snat) nat.emplace_back(rule.value);
  for (const auto& rule : rules.masquerade) nat.emplace_back(rule.value);
  if (!nat.empty()) {
    steps.push_back({LoadRuleset{node, firewall::make_nat_ruleset(nat)},
                     fmt::format("{} translates addresses", rules.name)});
  }
  return steps;
}

}  // namespace topoproof::plan
