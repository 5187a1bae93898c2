// SPDX-License-Identifier: GPL-2.0-or-later
// A scenario whose rules are the programs that the kernel makes of them, so that they can be
// changed as values: masquerade, snat, port_forwards and texts alike.
#pragma once

#include <expected>
#include <vector>

#include "checks/simulation.hh"
#include "firewall/ruleset.hh"
#include "scenario/scenario.hh"

namespace topoproof::mutation {

struct Network {
  struct Rules {
    NodeId node;
    firewall::Ruleset ruleset;
  };
  // In place of rules, its nodes and the changes that replace them have a text that stands for an
  // element of `rules`. compiler_of() reads it.
  scenario::Scenario scenario;
  std::vector<Rules> rules;  // of every node, then of the changes
};

// Texts that cannot be compiled stay as they are: a warning for each.
Network make_network(scenario::Scenario scenario, const checks::RuleCompiler& compile,
                     Issues& warnings);

// For the simulator. REQUIRES: `network` outlives it.
checks::RuleCompiler compiler_of(const Network& network);

// For the kernel: the rules as nft text. RETURNS: what cannot be said.
std::expected<scenario::Scenario, Issue> with_texts(const Network& network);

}  // namespace topoproof::mutation
