// SPDX-License-Identifier: GPL-2.0-or-later
// The parts that all mutants of a scenario are gathered from. Internal to the module.
#pragma once

#include <vector>

#include "mutation/mutant.hh"

namespace topoproof::mutation {

// Rules, chains and sets that are compiled, of nodes and of changes that replace them.
void add_rule_mutants(const Network& network, std::vector<Mutant>& out);
// Nodes: forwarding, addresses, routes, neighbours, sysctls, listeners.
void add_node_mutants(const scenario::Scenario& scenario, std::vector<Mutant>& out);
// Addresses of links and bridges, ports of bridges, MTUs.
void add_link_mutants(const scenario::Scenario& scenario, std::vector<Mutant>& out);
// A change that is not made.
void add_change_mutants(const scenario::Scenario& scenario, std::vector<Mutant>& out);

// "host: nat.topo.yaml:20: what"
std::string mutant_name(std::string_view owner, const Location& where, std::string_view what);

}  // namespace topoproof::mutation
