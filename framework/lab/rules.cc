// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/rules.hh"

#include <utility>

#include "netfilter/kernel_ruleset.hh"
#include "rules/import.hh"
#include "rules/includes.hh"
#include "rules/nft_checks.hh"
#include "rules/nft_lines.hh"
#include "rules/refusals.hh"

namespace topoproof::lab {
namespace {

Issues load_ruleset(Namespaces& namespaces, NodeId node, const firewall::Ruleset& ruleset) {
  Issues issues = netfilter::load_ruleset(namespaces.netfilter_socket(node), ruleset);
  if (!issues.empty()) return issues;
  for (const auto& table : ruleset.tables) namespaces.rule_lines(node).replace(table);
  return {};
}

// nft text is loaded as it is: it may act on what is there already, and name interfaces by index.
Issues load_text(Namespaces& namespaces, const plan::LoadRulesText& op) {
  const auto& where = op.rules->where;
  Issues issues = rules::check_nft_text(op.rules);
  if (!issues.empty()) return issues;
  issues = namespaces.text_loader(op.node).load(op.rules->text,
                                                {.file = where.file, .first_line = where.line});
  if (!issues.empty()) {
    rules::explain_refusals(op.rules, issues);
    return issues;
  }
  rules::read_nft_lines(op.rules, rules::make_include_reader(where.file),
                        namespaces.rule_lines(op.node));
  return {};
}

}  // namespace

RulesRefused::RulesRefused(const std::string& attempt, Issues issues)
    : std::runtime_error(attempt + ":\n" + to_string(issues)), issues_(std::move(issues)) {}

Issues load_rules(Namespaces& namespaces, const plan::LoadRuleset& op) {
  return load_ruleset(namespaces, op.node, op.ruleset);
}

// Rules of iptables replace their tables, whatever was there.
Issues load_rules(Namespaces& namespaces, const plan::LoadRulesText& op) {
  if (op.rules->language == rules::Language::Nft) return load_text(namespaces, op);
  const auto ruleset = rules::import_rules({&*op.rules, 1});
  if (!ruleset) return ruleset.error();
  return load_ruleset(namespaces, op.node, *ruleset);
}

Issues load_rules(Namespaces& namespaces, const plan::FlushRuleset& op) {
  namespaces.rule_lines(op.node).clear_all();
  return namespaces.text_loader(op.node).load("flush ruleset\n");
}

}  // namespace topoproof::lab
