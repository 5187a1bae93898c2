// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/question.hh"

namespace topoproof::campaign {

std::size_t count_rules(const firewall::Ruleset& ruleset) {
  std::size_t count = 0;
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) count += chain.rules.size();
  }
  return count;
}

}  // namespace topoproof::campaign
