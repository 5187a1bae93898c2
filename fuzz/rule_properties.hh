// SPDX-License-Identifier: GPL-2.0-or-later
// What holds of every rule that is well formed.
#pragma once

#include <algorithm>

#include "firewall/ruleset.hh"

namespace topoproof::fuzz {

namespace fw = firewall;

inline bool ends_with_its_verdict(const fw::Rule& rule) {
  for (std::size_t i = 0; i < rule.expressions.size(); ++i) {
    const bool is_last = i + 1 == rule.expressions.size();
    if (!is_last && std::holds_alternative<fw::Verdict>(rule.expressions[i])) return false;
  }
  return true;
}

// nft asks for the protocol there: such a rule may have no text.
inline bool translates_ports(const fw::Rule& rule) {
  return std::ranges::any_of(rule.expressions, [](const fw::Expression& e) {
    const auto* nat = std::get_if<fw::Nat>(&e);
    const auto* masquerade = std::get_if<fw::Masquerade>(&e);
    const auto* redirect = std::get_if<fw::Redirect>(&e);
    return (nat && nat->port) || (masquerade && masquerade->port) || (redirect && redirect->port);
  });
}

}  // namespace topoproof::fuzz
