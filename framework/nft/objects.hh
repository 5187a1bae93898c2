// SPDX-License-Identifier: GPL-2.0-or-later
// Tables, chains, sets and rules as libnftnl's objects, both ways. For the sources of this module.
#pragma once

#include <cstddef>
#include <expected>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/expression_codec.hh"
#include "nft/nftnl.hh"

namespace topoproof::nft {

// Numbers for the anonymous sets of a table, in their order.
SetIds set_ids(const firewall::Table& table);

UniqueTable make_table(const firewall::Table& table);
UniqueChain make_chain(const firewall::Chain& chain, const firewall::Table& table);
UniqueSet make_set(const firewall::Set& set, const firewall::Table& table, const SetIds& ids);
// At most `count` elements from `first` on.
UniqueSet make_elements(const firewall::Set& set, const firewall::Table& table, const SetIds& ids,
                        std::size_t first, std::size_t count);
UniqueRule make_rule(const firewall::Rule& rule, const firewall::Chain& chain,
                     const firewall::Table& table, const SetIds& ids);

// The other way. What the IR does not have is an issue that names it.
std::expected<firewall::Table, Issue> read_table(const nftnl_table& object);
std::expected<firewall::Chain, Issue> read_chain(const nftnl_chain& object);
std::expected<firewall::Set, Issue> read_set(const nftnl_set& object);
std::expected<std::vector<firewall::Element>, Issue> read_elements(const nftnl_set& object);
std::expected<firewall::Rule, Issue> read_rule(const nftnl_rule& object, const SetIds& ids);

}  // namespace topoproof::nft
