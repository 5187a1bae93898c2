// SPDX-License-Identifier: GPL-2.0-or-later
// How iptables writes options. For the sources of this module only.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/ip_address.hh"
#include "xtables/extension.hh"
#include "xtables/state_matches.hh"

namespace topoproof::xtables {

// Options in a row, each with what it is about: "-m length ! --length 5".
class Words {
 public:
  explicit Words(std::string_view start) : text_(start) {}
  Words& option(std::string_view name, std::string_view value = {}, bool inverted = false);
  Words& option_if(bool holds, std::string_view name, std::string_view value = {},
                   bool inverted = false) {
    return holds ? option(name, value, inverted) : *this;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// Names of bits, in this order: "NEW,RELATED". What has no name is a number.
struct BitName {
  std::uint32_t bit;
  std::string_view name;
};
std::string names_of(std::uint32_t bits, std::span<const BitName> names);

std::string quoted(std::string_view text);                        // only where it must be
std::string hex(std::uint32_t number);                            // "0x1f"
std::string with_mask(std::uint32_t number, std::uint32_t mask);  // "0x1/0xff"; no mask of all bits
std::string range_text(std::uint32_t first, std::uint32_t last, char between);
inline std::string range_text(const PortRange& r, char between) {
  return range_text(r.first, r.last, between);
}
std::string masked_text(const MaskedAddress& address);  // "10.0.0.0/8"; no mask of all bits
// Of extensions that this module has no type for.
std::string unknown_text(std::string_view option, const Extension& extension);

}  // namespace topoproof::xtables
