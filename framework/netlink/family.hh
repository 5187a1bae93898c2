// SPDX-License-Identifier: GPL-2.0-or-later
// Address families and prefixes as messages have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ip_address.hh"
#include "base/prefix.hh"

namespace topoproof::netlink {

std::uint8_t family_number(Family family);                    // AF_INET, AF_INET6
std::optional<Family> family_of_number(std::uint8_t number);  // nothing for others
// A table's number where it fits into a header's byte, else 0: then an attribute has it.
constexpr std::uint8_t header_table(std::uint32_t table) {
  return table < 256 ? static_cast<std::uint8_t>(table) : 0;
}

// A prefix from an attribute, which is absent for the default prefix, and a length from the header.
// RETURNS: nothing, and a fault, if the two do not go together.
std::optional<Prefix> make_checked_prefix(Family family, const std::optional<IpAddress>& address,
                                          std::uint8_t length, std::string& fault);

}  // namespace topoproof::netlink
