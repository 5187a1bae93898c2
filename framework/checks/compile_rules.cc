// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/compile_rules.hh"

#include <algorithm>
#include <exception>
#include <memory>

#include <fmt/format.h>

#include "rules/compiled.hh"
#include "topology/interfaces.hh"

namespace topoproof::checks {
namespace {

using Compiled = std::expected<firewall::Ruleset, std::string>;

// It becomes part of a sentence: the first mistake, on one line.
std::string in_one_line(const Issues& issues) {
  std::string text = to_string(issues.front());
  std::ranges::replace(text, '\n', ' ');
  if (issues.size() > 1) text += fmt::format(", and {} more", issues.size() - 1);
  return text;
}

Compiled compile(const topology::RulesText& text, std::span<const rules::Interface> interfaces) {
  try {
    auto imported = rules::import_rules({&text, 1}, interfaces);
    if (imported) return *std::move(imported);
    return std::unexpected(fmt::format("rules not compiled: {}", in_one_line(imported.error())));
  } catch (const std::exception& refused) {
    return std::unexpected(fmt::format("rules not compiled: {}", refused.what()));
  }
}

}  // namespace

std::vector<rules::Interface> RuleInterfaces::of(NodeId node) const {
  std::vector<rules::Interface> out;
  for (const topology::Interface& interface : topology::interfaces_of(topology_, node)) {
    const bool is_made = interface.kind != topology::Interface::Kind::Loopback;
    out.push_back({interface.name, is_made ? devices_.of(interface).index : 0});
  }
  return out;
}

RuleCompiler make_rule_compiler(const topology::Topology& topology) {
  return [interfaces = std::make_shared<const RuleInterfaces>(topology)](
             NodeId node, const topology::RulesText& rules) {
    return compile(rules, interfaces->of(node));
  };
}

Compiled compile_rules(const RuleCompiler& compiler, NodeId node,
                       const topology::RulesText& rules) {
  if (rules.language == topology::RulesText::Language::Compiled) {
    auto ruleset = rules::read_compiled(rules.text, rules.where.file);
    if (ruleset) return *std::move(ruleset);
    return std::unexpected(to_string(ruleset.error()));
  }
  if (compiler) return compiler(node, rules);
  return std::unexpected("rules not compiled: there is no kernel to ask");
}

}  // namespace topoproof::checks
