// SPDX-License-Identifier: GPL-2.0-or-later
// Named objects and flowtables as libnftnl's objects, both ways. For the sources of this module.
#pragma once

#include <expected>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/nftnl.hh"

namespace topoproof::nft {

UniqueObject make_object(const firewall::Object& object, const firewall::Table& table);
UniqueFlowtable make_flowtable(const firewall::Flowtable& flowtable, const firewall::Table& table);

// What the IR does not have is an issue that names it. (libnftnl reads through pointers to objects
// that may be changed, and does not change them.)
std::expected<firewall::Object, Issue> read_object(nftnl_obj& object);
std::expected<firewall::Flowtable, Issue> read_flowtable(const nftnl_flowtable& object);

}  // namespace topoproof::nft
