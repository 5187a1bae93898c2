// SPDX-License-Identifier: GPL-2.0-or-later
// topoproof rules: show, diff, compile, translate.
#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "program/commands.hh"
#include "program/rule_files.hh"
#include "rules/compiled.hh"
#include "rules/difference.hh"
#include "rules/iptables.hh"
#include "rules/show.hh"

namespace topoproof::program {
namespace {

std::string node_heading(const NodeRules& rules) {
  return rules.node.empty() ? "" : fmt::format("node {}\n", rules.node);
}

// Of a dump that an iptables wrote which had tables of its own in the kernel.
std::string origin_note(const NodeRules& rules) {
  std::string notes;
  for (const auto& source : rules.sources) {
    const auto generator = rules::generator_of(source.text);
    if (source.language == rules::Language::Nft || !rules::is_legacy(generator)) continue;
    notes += fmt::format(
        "# {}: of {}, whose rules stood in the kernel's legacy tables; here they are in "
        "nf_tables\n",
        source.where.file, generator);
  }
  return notes;
}

int show(const RulesCommand& command, const Console& console) {
  const auto rules = read_rule_file(command.files.at(0));
  if (!rules) return refuse(console, rules.error());
  for (const auto& node : *rules) console.error(to_string(node.warnings));
  const auto detail = command.expressions ? rules::Detail::Expressions : rules::Detail::Rules;
  for (const auto& node : *rules)
    console.out(node_heading(node) + origin_note(node) + rules::show(node.ruleset, detail));
  return kPassed;
}

const firewall::Ruleset& ruleset_of(const std::vector<NodeRules>& rules, const std::string& node) {
  static const firewall::Ruleset none;
  const auto found = std::ranges::find(rules, node, &NodeRules::node);
  return found == rules.end() ? none : found->ruleset;
}

int compare(const RulesCommand& command, const Console& console) {
  const auto a = read_rule_file(command.files.at(0));
  if (!a) return refuse(console, a.error());
  const auto b = read_rule_file(command.files.at(1));
  if (!b) return refuse(console, b.error());
  std::vector<std::string> nodes;
  for (const auto* side : {&*a, &*b}) {
    for (const auto& rules : *side) {
      if (std::ranges::find(nodes, rules.node) == nodes.end()) nodes.push_back(rules.node);
    }
  }
  bool differs = false;
  for (const auto& node : nodes) {
    const auto lines = rules::difference(ruleset_of(*a, node), ruleset_of(*b, node));
    if (lines.empty()) continue;
    differs = true;
    console.out(node_heading({.node = node, .ruleset = {}}) + lines);
  }
  return differs ? kFailed : kPassed;
}

int compile(const RulesCommand& command, const Console& console) {
  const auto& file = command.files.at(0);
  const auto rules = read_rule_file(file);
  if (!rules) return refuse(console, rules.error());
  if (rules->size() != 1) {
    return refuse(
        console,
        {make_issue({.file = file},
                    fmt::format("{} nodes have rules here: compile those of one", rules->size()))});
  }
  const auto& only = rules->front();
  write_output(console, command.output, rules::compile(only.ruleset, only.sources));
  return kPassed;
}

// What is written is complete only if every rule has words in nft, and nft takes them.
int translate(const RulesCommand& command, const Console& console) {
  const auto source = read_rule_source(command.files.at(0));
  if (!source) return refuse(console, {source.error()});
  if (source->language == rules::Language::Nft || source->language == rules::Language::Compiled)
    return refuse(console, {make_issue(source->where, "this is no dump of iptables-save")});
  const auto made = rules::translate_iptables(*source);
  if (!made) return refuse(console, made.error());
  write_output(console, command.output, made->text);
  Issues wrong = made->lost;
  const auto file = command.output.empty() ? std::string("the translation") : command.output;
  const rules::Source translation{.text = made->text, .where = {file, 1}};
  std::ranges::move(try_text(translation), std::back_inserter(wrong));
  console.error(to_string(wrong));
  return has_errors(wrong) ? kFailed : kPassed;
}

}  // namespace

int run_rules(const RulesCommand& command, const Console& console) {
  switch (command.action) {
    case RulesAction::Show:
      return show(command, console);
    case RulesAction::Compare:
      return compare(command, console);
    case RulesAction::Compile:
      return compile(command, console);
    case RulesAction::Translate:
      return translate(command, console);
  }
  return kHarnessFailed;
}

}  // namespace topoproof::program
