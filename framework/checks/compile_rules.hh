// SPDX-License-Identifier: GPL-2.0-or-later
// From the text of rules to the kernel's program, where no lab is running: in a throw-away
// namespace.
#pragma once

#include <vector>

#include "checks/simulation.hh"
#include "plan/devices.hh"
#include "rules/import.hh"

namespace topoproof::checks {

// What rules of a topology's nodes may name: each interface as the plan makes it.
class RuleInterfaces {
 public:
  // REQUIRES: `topology` outlives this.
  explicit RuleInterfaces(const topology::Topology& topology)
      : topology_(topology), devices_(topology) {}

  std::vector<rules::Interface> of(NodeId node) const;

 private:
  const topology::Topology& topology_;
  plan::Devices devices_;
};

// The namespace has the interfaces that the node has in `topology`, for rules name them by their
// index. REQUIRES: sys::enter_sandbox() was called, and `topology` outlives the compiler.
RuleCompiler make_rule_compiler(const topology::Topology& topology);

// By the compiler, if there is one. Rules that were compiled before need none.
std::expected<firewall::Ruleset, std::string> compile_rules(const RuleCompiler& compiler,
                                                            NodeId node,
                                                            const topology::RulesText& rules);

}  // namespace topoproof::checks
