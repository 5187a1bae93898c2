// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers by which the messages of one batch mean its anonymous sets and chains: the kernel only
// chooses their names when it gets them. For the sources of this module.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "firewall/ruleset.hh"

namespace topoproof::nft {

// By name, within one table. Unique in the batch: kernels before 5.19 look through all tables.
struct BatchIds {
  using Map = std::map<std::string, std::uint32_t, std::less<>>;
  Map sets;
  Map chains;
};

// The other way round; empty for what the kernel lists, which has names only.
struct BatchNames {
  using Map = std::map<std::uint32_t, std::string>;
  Map sets;
  Map chains;
};

// Numbers the anonymous sets and chains of a table, from `next` on, which is moved on.
BatchIds number_anonymous(const firewall::Table& table, std::uint32_t& next);

// "__set%d" for "__set7": the kernel puts its own number there. Other names stay: nft's meters are
// anonymous sets that have one.
std::string name_template(std::string_view name);

}  // namespace topoproof::nft
