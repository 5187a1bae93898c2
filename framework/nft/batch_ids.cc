// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/batch_ids.hh"

namespace topoproof::nft {

BatchIds number_anonymous(const firewall::Table& table, std::uint32_t& next) {
  BatchIds ids;
  for (const auto& set : table.sets) {
    if (set.is_anonymous()) ids.sets.emplace(set.name, next++);
  }
  for (const auto& chain : table.chains) {
    if (chain.is_anonymous()) ids.chains.emplace(chain.name, next++);
  }
  return ids;
}

std::string name_template(std::string_view name) {
  for (const std::string_view stem : {"__set", "__map", "__objmap"}) {
    if (!name.starts_with(stem) || name.size() == stem.size()) continue;
    const auto rest = name.substr(stem.size());
    if (rest.find_first_not_of("0123456789") == std::string_view::npos) {
      return std::string(stem) + "%d";
    }
  }
  return std::string(name);
}

}  // namespace topoproof::nft
