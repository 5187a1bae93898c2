// SPDX-License-Identifier: GPL-2.0-or-later
// Sets and their elements as libnftnl's objects, both ways. For the sources of this module.
#pragma once

#include <cstddef>
#include <expected>
#include <vector>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/batch_ids.hh"
#include "nft/nftnl.hh"

struct nlmsghdr;

namespace topoproof::nft {

UniqueSet make_set(const firewall::Set& set, const firewall::Table& table, const BatchIds& ids);
// A message's part about at most `count` elements from `first` on.
void build_elements(nlmsghdr* header, const firewall::Set& set, const firewall::Table& table,
                    const BatchIds& ids, std::size_t first, std::size_t count);

// What the IR does not have is an issue that names it.
std::expected<firewall::Set, Issue> read_set(const nftnl_set& object);
std::expected<std::vector<firewall::Element>, Issue> read_elements(const nftnl_set& object);

}  // namespace topoproof::nft
