// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/refusal_notes.hh"

#include "checks/compile_rules.hh"
#include "program/input_files.hh"

namespace topoproof::program {

checks::RuleCompiler RefusalNotes::compiler() {
  if (!compiles_) return {};
  return [this, compile = checks::make_rule_compiler(scenario_.topology)](
             NodeId node, const topology::RulesText& rules) {
    auto compiled = compile(node, rules);
    any_ |= !compiled;
    return compiled;
  };
}

Issues RefusalNotes::issues() const { return any_ ? check_rules(scenario_) : Issues(); }

}  // namespace topoproof::program
