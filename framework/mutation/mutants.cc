// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "mutation/mutant.hh"
#include "mutation/operators.hh"

namespace topoproof::mutation {

std::string mutant_name(std::string_view owner, const Location& where, std::string_view what) {
  const std::string line = to_string(Location{.file = where.file, .line = where.line});
  return fmt::format("{}: {}{}{}", owner, line, line.empty() ? "" : ": ", what);
}

std::vector<Mutant> mutants_of(const Network& network) {
  std::vector<Mutant> mutants;
  add_node_mutants(network.scenario, mutants);
  add_link_mutants(network.scenario, mutants);
  add_rule_mutants(network, mutants);
  add_change_mutants(network.scenario, mutants);
  return mutants;
}

}  // namespace topoproof::mutation
