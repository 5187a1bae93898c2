// SPDX-License-Identifier: GPL-2.0-or-later
// libnftnl's objects, owned. For the sources of this module only.
#pragma once

#include <memory>

#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/trace.h>

namespace topoproof::nft {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <class T, auto Free>
using UniqueC = std::unique_ptr<T, Freer<Free>>;

using UniqueTable = UniqueC<nftnl_table, nftnl_table_free>;
using UniqueChain = UniqueC<nftnl_chain, nftnl_chain_free>;
using UniqueRule = UniqueC<nftnl_rule, nftnl_rule_free>;
using UniqueSet = UniqueC<nftnl_set, nftnl_set_free>;
using UniqueElement = UniqueC<nftnl_set_elem, nftnl_set_elem_free>;
using UniqueExpression = UniqueC<nftnl_expr, nftnl_expr_free>;
using UniqueTrace = UniqueC<nftnl_trace, nftnl_trace_free>;

}  // namespace topoproof::nft
