// SPDX-License-Identifier: GPL-2.0-or-later
// Tables, chains and rules as libnftnl's objects, both ways. For the sources of this module.
#pragma once

#include <expected>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/batch_ids.hh"
#include "nft/nftnl.hh"

namespace topoproof::nft {

UniqueTable make_table(const firewall::Table& table);
UniqueChain make_chain(const firewall::Chain& chain, const firewall::Table& table,
                       const BatchIds& ids);
// Of an anonymous chain the message needs NFTA_RULE_CHAIN_ID as well, which libnftnl does not have.
UniqueRule make_rule(const firewall::Rule& rule, const firewall::Chain& chain,
                     const firewall::Table& table, const BatchIds& ids);

// The other way. What the IR does not have is an issue that names it.
std::expected<firewall::Table, Issue> read_table(const nftnl_table& object);
std::expected<firewall::Chain, Issue> read_chain(const nftnl_chain& object);
std::expected<firewall::Rule, Issue> read_rule(const nftnl_rule& object, const BatchNames& names);

}  // namespace topoproof::nft
