// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/anonymous_chains.hh"

#include <map>
#include <string>

#include <fmt/format.h>

namespace topoproof::rules {
namespace {

using Names = std::map<std::string, std::string>;  // the kernel's, and ours

Names new_names(const firewall::Table& table) {
  Names names;
  for (const auto& chain : table.chains) {
    if (chain.is_anonymous()) names.emplace(chain.name, fmt::format("__chain{}", names.size()));
  }
  return names;
}

void rename(std::string& name, const Names& names) {
  const auto found = names.find(name);
  if (found != names.end()) name = found->second;
}

void name_anonymous_chains(firewall::Table& table) {
  const Names names = new_names(table);
  for (auto& chain : table.chains) {
    rename(chain.name, names);
    for (auto& rule : chain.rules) {
      for (auto& expression : rule.expressions) {
        if (auto* verdict = std::get_if<firewall::Verdict>(&expression)) {
          rename(verdict->chain, names);
        }
      }
    }
  }
}

}  // namespace

void name_anonymous_chains(firewall::Ruleset& ruleset) {
  for (auto& table : ruleset.tables) name_anonymous_chains(table);
}

}  // namespace topoproof::rules
