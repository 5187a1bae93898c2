// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/family.hh"

#include <sys/socket.h>

namespace topoproof::netlink {

std::uint8_t family_number(Family family) { return family == Family::Ipv4 ? AF_INET : AF_INET6; }

std::optional<Family> family_of_number(std::uint8_t number) {
  if (number == AF_INET) return Family::Ipv4;
  if (number == AF_INET6) return Family::Ipv6;
  return std::nullopt;
}

std::optional<Prefix> make_checked_prefix(Family family, const std::optional<IpAddress>& address,
                                          std::uint8_t length, std::string& fault) {
  const bool is_sound =
      address ? address->family() == family && length <= address_bits(family) : length == 0;
  if (is_sound) return address ? make_prefix(*address, length) : make_default_prefix(family);
  fault = "the prefix length does not fit its address";
  return std::nullopt;
}

}  // namespace topoproof::netlink
