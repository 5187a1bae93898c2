// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/rule_lines.hh"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace topoproof::rules {
namespace {

using Origins = std::optional<std::vector<firewall::Origin>>;

constexpr std::string_view kAnonymous = "jump {}";  // no name that nft would take

// A rule without a text may be any.
bool may_have_anonymous(const firewall::Origin& rule) {
  static constexpr std::array<std::string_view, 3> kSigns{"jump {", "goto {", "__chain"};
  return rule.text.empty() || std::ranges::any_of(kSigns, [&](std::string_view sign) {
           return rule.text.contains(sign);
         });
}

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
  if (!origins || index > origins->size()) return origins.reset();
  origins->insert(origins->begin() + static_cast<std::ptrdiff_t>(index), std::move(origin));
}

void RuleLines::remove(const ChainName& chain, std::size_t index) {
  auto& origins = known(chains_, chain);
  if (!origins || index >= origins->size()) return lose(chain);
  if (may_have_anonymous((*origins)[index])) lose_anonymous_of(chain);
  origins->erase(origins->begin() + static_cast<std::ptrdiff_t>(index));
}

void RuleLines::lose(const ChainName& chain) {
  lose_anonymous_of(chain);
  chains_[chain].reset();
}

void RuleLines::lose_tables(firewall::TableFamily family, const std::optional<std::string>& table) {
  std::set<std::string> tables;
  for (auto& [name, origins] : chains_) {
    if (name.family != family || (table && name.table != *table)) continue;
    origins.reset();
    tables.insert(name.table);
  }
  for (const auto& each : tables) lose_anonymous(family, each);
}

void RuleLines::lose_anonymous(firewall::TableFamily family, const std::string& table) {
  std::erase_if(chains_, [&](const auto& entry) {
    const auto& name = entry.first;
    return name.family == family && name.table == table && name.chain.starts_with(kAnonymous);
  });
  chains_[{family, table, std::string(kAnonymous)}].reset();
}

void RuleLines::lose_anonymous_of(const ChainName& chain) {
  const auto first = chains_.lower_bound({chain.family, chain.table, std::string(kAnonymous)});
  const bool has_some = first != chains_.end() && first->first.family == chain.family &&
                        first->first.table == chain.table &&
                        first->first.chain.starts_with(kAnonymous);
  const auto found = chains_.find(chain);
  if (!has_some || found == chains_.end()) return;
  const auto& origins = found->second;
  if (!origins || std::ranges::any_of(*origins, may_have_anonymous))
    lose_anonymous(chain.family, chain.table);
}

void RuleLines::clear(const ChainName& chain) {
  lose_anonymous_of(chain);
  chains_.erase(chain);
}

void RuleLines::clear_table(firewall::TableFamily family, const std::string& table) {
  std::erase_if(chains_, [&](const auto& entry) {
    return entry.first.family == family && entry.first.table == table;
  });
}

void RuleLines::clear_family(firewall::TableFamily family) {
  std::erase_if(chains_, [&](const auto& entry) { return entry.first.family == family; });
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
  return {family, table, std::string(kAnonymous) + ' ' + std::to_string(index)};
}

ChainName RuleLines::add_anonymous(firewall::TableFamily family, const std::string& table) {
  ChainName lost{family, table, std::string(kAnonymous)};
  if (chains_.contains(lost)) return lost;
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
