// SPDX-License-Identifier: GPL-2.0-or-later
// libnftnl's objects, owned. For the sources of this module only.
#pragma once

#include <optional>

#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/flowtable.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>

#include "base/bytes.hh"
#include "base/issue.hh"
#include "nft/unique_c.hh"

namespace topoproof::nft {

// As libnftnl counts.
inline std::uint32_t size_of(const Bytes& bytes) {
  return static_cast<std::uint32_t>(bytes.size());
}
// Empty where there is none.
inline Bytes bytes_of(const void* data, std::uint32_t size) {
  const auto* begin = static_cast<const std::byte*>(data);
  return data == nullptr ? Bytes{} : Bytes(begin, begin + size);
}

using UniqueTable = UniqueC<nftnl_table, nftnl_table_free>;
using UniqueChain = UniqueC<nftnl_chain, nftnl_chain_free>;
using UniqueRule = UniqueC<nftnl_rule, nftnl_rule_free>;
using UniqueSet = UniqueC<nftnl_set, nftnl_set_free>;
using UniqueElement = UniqueC<nftnl_set_elem, nftnl_set_elem_free>;
using UniqueObject = UniqueC<nftnl_obj, nftnl_obj_free>;
using UniqueFlowtable = UniqueC<nftnl_flowtable, nftnl_flowtable_free>;
using UniqueExpression = UniqueC<nftnl_expr, nftnl_expr_free>;

// Calls f(child) for each, as long as it returns no issue.
template <class Object, class Child, class F>
std::optional<Issue> for_each_child(int (*each)(Object*, int (*)(Child*, void*), void*),
                                    Object* object, const F& f) {
  struct State {
    const F* f = nullptr;
    std::optional<Issue> issue;
  } state{&f, {}};
  const auto step = [](Child* child, void* data) {
    auto* inner = static_cast<State*>(data);
    inner->issue = (*inner->f)(child);
    return inner->issue ? -1 : 0;
  };
  each(object, step, &state);
  return state.issue;
}

}  // namespace topoproof::nft
