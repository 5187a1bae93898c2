// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/compile_rules.hh"

#include <exception>

#include <fmt/format.h>

#include "lab/lab.hh"
#include "nft/kernel_ruleset.hh"
#include "plan/planner.hh"
#include "rules/rule_lines.hh"

namespace topoproof::scenario {
namespace {

using Compiled = std::expected<firewall::Ruleset, std::string>;

// The node alone with its interfaces: what is at their other ends does not matter to rules.
plan::Plan plan_of_interfaces(const topology::Topology& topology, NodeId node,
                              const topology::RulesText& rules) {
  const auto all = plan::make_plan(topology);
  plan::Plan out;
  if (!all) return out;
  out.nodes = all->nodes;
  for (const plan::Step& step : all->steps) {
    const auto* veth = std::get_if<plan::CreateVeth>(&step.operation);
    const bool own =
        node_of(step.operation) == node || (veth != nullptr && veth->peer_node == node);
    const bool makes = veth != nullptr ||
                       std::holds_alternative<plan::CreateNamespace>(step.operation) ||
                       std::holds_alternative<plan::CreateBridge>(step.operation);
    const bool is_namespace = std::holds_alternative<plan::CreateNamespace>(step.operation);
    if (is_namespace || (own && makes)) out.steps.push_back(step);
  }
  out.steps.push_back({plan::LoadRulesText{node, rules}, "its rules are to be compiled"});
  return out;
}

Compiled compile(const topology::Topology& topology, NodeId node, const topology::RulesText& text) {
  try {
    lab::Lab lab(plan_of_interfaces(topology, node, text));
    auto found = nft::observe_ruleset(lab.netfilter_socket(node));
    if (!found) return std::unexpected(to_string(found.error()));
    rules::give_origins(lab.rule_lines(node), *found);
    return *std::move(found);
  } catch (const std::exception& refused) {
    return std::unexpected(fmt::format("rules not compiled: {}", refused.what()));
  }
}

}  // namespace

RuleCompiler make_rule_compiler(const topology::Topology& topology) {
  return [&topology](NodeId node, const topology::RulesText& rules) {
    return compile(topology, node, rules);
  };
}

}  // namespace topoproof::scenario
