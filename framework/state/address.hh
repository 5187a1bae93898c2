// SPDX-License-Identifier: GPL-2.0-or-later
// An address on an interface as a value.
#pragma once

#include <compare>
#include <string>

#include "base/prefix.hh"

namespace topoproof::state {

struct Address {
  std::string interface;
  InterfaceAddress address;
  bool no_dad = false;     // IPv6: usable at once, without asking the link for a duplicate
  bool tentative = false;  // found only: duplicate detection goes on, not usable yet
  bool duplicate = false;  // found only: another owner answered, not usable
  friend auto operator<=>(const Address&, const Address&) = default;
};

std::string describe(const Address& address);  // "address 192.168.15.1/24 on veth-red"

}  // namespace topoproof::state
