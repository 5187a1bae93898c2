// SPDX-License-Identifier: GPL-2.0-or-later
// How long messages become at most: libnftnl writes them without asking how much room there is. For
// the sources of this module.
#pragma once

#include <cstddef>

#include "firewall/ruleset.hh"

namespace topoproof::nft {

// An attribute's length has 16 bits; a rule's expressions and a message's elements are in one each.
inline constexpr std::size_t kAttributeMax = 0xffff;

std::size_t message_bound(const firewall::Table& table);
std::size_t message_bound(const firewall::Chain& chain, const firewall::Table& table);
std::size_t message_bound(const firewall::Object& object, const firewall::Table& table);
std::size_t message_bound(const firewall::Flowtable& flowtable, const firewall::Table& table);
std::size_t message_bound(const firewall::Set& set, const firewall::Table& table);  // no elements
std::size_t message_bound(const firewall::Rule& rule, const firewall::Chain& chain,
                          const firewall::Table& table);
std::size_t element_bound(const firewall::Element& element);

}  // namespace topoproof::nft
