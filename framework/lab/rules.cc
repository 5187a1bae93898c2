// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/rules.hh"

#include <utility>

#include "nft/kernel_ruleset.hh"

namespace topoproof::lab {

RulesRefused::RulesRefused(const std::string& attempt, Issues issues)
    : std::runtime_error(attempt + ":\n" + to_string(issues)), issues_(std::move(issues)) {}

Issues load_rules(Namespaces& namespaces, const plan::LoadRuleset& op) {
  return nft::load_ruleset(namespaces.netfilter_socket(op.node), op.ruleset);
}

Issues load_rules(Namespaces& namespaces, const plan::LoadRulesText& op) {
  const topology::RulesText& rules = op.rules;
  if (rules.language == topology::RulesText::Language::Iptables) {
    return {make_issue(rules.where, "rules in the language of iptables cannot be loaded as text")};
  }
  return namespaces.text_loader(op.node).load(
      rules.text, {.file = rules.where.file, .first_line = rules.where.line});
}

Issues load_rules(Namespaces& namespaces, const plan::FlushRuleset& op) {
  return namespaces.text_loader(op.node).load("flush ruleset\n");
}

}  // namespace topoproof::lab
