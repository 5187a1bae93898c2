// SPDX-License-Identifier: GPL-2.0-or-later
// One expression to libnftnl's object and back. For the sources of this module only.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/nftnl.hh"

namespace topoproof::nft {

// The numbers by which rules find the anonymous sets of their own batch, by the set's name.
using SetIds = std::map<std::string, std::uint32_t, std::less<>>;

// "__set%d" for "__set7": the kernel numbers anonymous sets itself.
std::string name_template(std::string_view name);

UniqueExpression encode(const firewall::Expression& expression, const SetIds& ids);
UniqueExpression encode(const firewall::StatefulExpression& expression);

// An issue that names the expression, if it is one (or has something) that the IR does not have.
std::expected<firewall::Expression, Issue> decode(const nftnl_expr& expression, const SetIds& ids);
std::expected<firewall::StatefulExpression, Issue> decode_stateful(const nftnl_expr& expression);

}  // namespace topoproof::nft
