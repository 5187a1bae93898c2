// SPDX-License-Identifier: GPL-2.0-or-later
// Sets and maps as nft text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firewall/set.hh"
#include "listing/fields.hh"

namespace topoproof::listing {

struct KeyType {
  std::uint32_t number = 0;  // nft's
  std::string_view name;     // "ipv4_addr"
  ValueForm form = ValueForm::Number;
  std::uint32_t length = 0;  // bytes
};

// Of a type's parts: one, or those of a concatenation. RETURNS: nothing if one is not known.
std::optional<std::vector<KeyType>> key_types(std::uint32_t type);

// Between the braces: "22, 80-90", "22 : accept". RETURNS: nothing if they cannot be said.
std::optional<std::string> elements_text(const Set& set);

// "\tset name {\n ... \t}\n" of a named one. RETURNS: as above.
std::optional<std::string> set_text(const Set& set);

}  // namespace topoproof::listing
