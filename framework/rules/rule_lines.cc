// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/rule_lines.hh"

#include <utility>

namespace topoproof::rules {
namespace {

using Origins = std::optional<std::vector<firewall::Origin>>;

Origins& known(std::map<ChainName, Origins>& chains, const ChainName& chain) {
  return chains.try_emplace(chain, std::vector<firewall::Origin>{}).first->second;
}

}  // namespace

RuleLines RuleLines::of(Chains chains) {
  RuleLines lines;
  lines.chains_ = std::move(chains);
  return lines;
}

void RuleLines::append(const ChainName& chain, firewall::Origin origin) {
  if (auto& origins = known(chains_, chain)) origins->push_back(std::move(origin));
}

void RuleLines::insert(const ChainName& chain, std::size_t index, firewall::Origin origin) {
  auto& origins = known(chains_, chain);
  if (!origins || index > origins->size()) return lose(chain);
  origins->insert(origins->begin() + static_cast<std::ptrdiff_t>(index), std::move(origin));
}

void RuleLines::remove(const ChainName& chain, std::size_t index) {
  auto& origins = known(chains_, chain);
  if (!origins || index >= origins->size()) return lose(chain);
  origins->erase(origins->begin() + static_cast<std::ptrdiff_t>(index));
}

void RuleLines::lose(const ChainName& chain) { chains_[chain].reset(); }

void RuleLines::clear(const ChainName& chain) { chains_.erase(chain); }

void RuleLines::clear_table(firewall::TableFamily family, const std::string& table) {
  std::erase_if(chains_, [&](const auto& entry) {
    return entry.first.family == family && entry.first.table == table;
  });
}

void RuleLines::replace(const firewall::Table& table) {
  clear_table(table.family, table.name);
  for (const auto& chain : table.chains) {
    const auto name = chain.is_anonymous() ? add_anonymous(table.family, table.name)
                                           : ChainName{table.family, table.name, chain.name};
    for (const auto& rule : chain.rules) append(name, rule.origin);
  }
}

ChainName RuleLines::anonymous(firewall::TableFamily family, const std::string& table,
                               std::size_t index) {
  return {family, table, "jump {} " + std::to_string(index)};  // no name that nft would take
}

ChainName RuleLines::add_anonymous(firewall::TableFamily family, const std::string& table) {
  std::size_t index = 0;
  while (chains_.contains(anonymous(family, table, index))) ++index;
  auto name = anonymous(family, table, index);
  known(chains_, name);
  return name;
}

const std::vector<firewall::Origin>* RuleLines::find(const ChainName& chain) const {
  const auto found = chains_.find(chain);
  return found == chains_.end() || !found->second ? nullptr : &*found->second;
}

void give_origins(const RuleLines& lines, firewall::Ruleset& ruleset) {
  for (auto& table : ruleset.tables) {
    std::size_t anonymous = 0;
    for (auto& chain : table.chains) {
      const auto name = chain.is_anonymous()
                            ? RuleLines::anonymous(table.family, table.name, anonymous++)
                            : ChainName{table.family, table.name, chain.name};
      const auto* origins = lines.find(name);
      if (origins == nullptr || origins->size() != chain.rules.size()) continue;
      for (std::size_t i = 0; i < chain.rules.size(); ++i) chain.rules[i].origin = (*origins)[i];
    }
  }
}

}  // namespace topoproof::rules
