// SPDX-License-Identifier: GPL-2.0-or-later
// One expression to libnftnl's object and back. For the sources of this module only.
#pragma once

#include <expected>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/batch_ids.hh"
#include "nft/nftnl.hh"

namespace topoproof::nft {

UniqueExpression encode(const firewall::Expression& expression, const BatchIds& ids);
UniqueExpression encode(const firewall::StatefulExpression& expression);

// An issue that names the expression, if it is one (or has something) that the IR does not have.
std::expected<firewall::Expression, Issue> decode(const nftnl_expr& expression,
                                                  const BatchNames& names);
std::expected<firewall::StatefulExpression, Issue> decode_stateful(const nftnl_expr& expression);

}  // namespace topoproof::nft
