// SPDX-License-Identifier: GPL-2.0-or-later
// The words that descriptions of expressions have in common, and one overload for each kind. For
// the sources of describe() only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "firewall/expression.hh"

namespace topoproof::firewall::describing {

template <std::size_t N, class Key>
std::string_view name_of(const std::array<std::string_view, N>& names, Key key) {
  const auto index = static_cast<std::size_t>(key);
  return index < N ? names.at(index) : "?";
}

// The 128-bit registers by their own number, the others by that of their 32-bit word.
unsigned number(Register r);
inline std::string name(Register r) { return fmt::format("reg {}", number(r)); }
// " addr_min reg 1"; empty without a register.
std::string optional_register(std::string_view what, const std::optional<Register>& r);
// 32-bit words as the host reads them.
std::string words(BytesView bytes);
std::string_view family_name(const std::optional<Family>& family);

std::string text(const PayloadLoad& e);
std::string text(const PayloadStore& e);
std::string text(const MetaLoad& e);
std::string text(const MetaStore& e);
std::string text(const CtLoad& e);
std::string text(const CtStore& e);
std::string text(const Immediate& e);
std::string text(const Fib& e);

std::string text(const Compare& e);
std::string text(const Bitwise& e);
std::string text(const Shift& e);
std::string text(const ByteOrder& e);
std::string text(const Range& e);

std::string text(const Lookup& e);
std::string text(const DynamicSet& e);
std::string text(const ObjectReference& e);
std::string text(const ObjectLookup& e);
std::string text(const FlowOffload& e);
std::string text(const XtMatch& e);
std::string text(const XtTarget& e);

std::string text(const Verdict& e);
std::string text(const Nat& e);
std::string text(const Masquerade& e);
std::string text(const Redirect& e);
std::string text(const Reject& e);
std::string text(const Log& e);
std::string text(const Notrack& e);
std::string text(const Queue& e);
std::string text(const Tproxy& e);
std::string text(const Synproxy& e);
std::string text(const Duplicate& e);
std::string text(const Forward& e);

std::string text(const Counter& e);
std::string text(const Limit& e);
std::string text(const Quota& e);
std::string text(const Connlimit& e);
std::string text(const Last& e);
std::string text(const StatefulExpression& e);

std::string text(const ExtensionLoad& e);
std::string text(const ExtensionStore& e);
std::string text(const ExtensionReset& e);
std::string text(const NumberGenerator& e);
std::string text(const Hash& e);
std::string text(const RouteLoad& e);
std::string text(const SocketLoad& e);
std::string text(const OsfLoad& e);
std::string text(const TunnelLoad& e);
std::string text(const XfrmLoad& e);

// With what the kernel fills in.
std::string listed(const Lookup& e);
std::string listed(const DynamicSet& e);
std::string listed(const Nat& e);
std::string listed(const Masquerade& e);
std::string listed(const Redirect& e);
std::string listed(const Log& e);
template <class Other>
std::string listed(const Other& e) {
  return text(e);
}

}  // namespace topoproof::firewall::describing
