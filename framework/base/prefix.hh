// SPDX-License-Identifier: GPL-2.0-or-later
// A Prefix is a network; an InterfaceAddress is an address on an interface with its prefix length.
// Both read and print as "address/length".
#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>

#include "base/ip_address.hh"
#include "base/issue.hh"

namespace topoproof {

// `address` with all bits after the first `length` cleared. REQUIRES: length fits the family.
IpAddress masked(const IpAddress& address, int length);

// A network. Its host bits are always zero: parse refuses text with host bits set (the author
// most likely meant something else), make_prefix clears them.
class Prefix {
 public:
  Prefix() = default;                                                // 0.0.0.0/0
  static std::expected<Prefix, Issue> parse(std::string_view text);  // no "/n": a host prefix

  const IpAddress& address() const { return address_; }
  int length() const { return length_; }
  Family family() const { return address_.family(); }
  bool is_default() const { return length_ == 0; }
  bool is_host() const { return length_ == address_bits(family()); }
  bool contains(const IpAddress& address) const;  // false for the other family
  bool contains(const Prefix& inner) const;       // a prefix contains itself
  bool overlaps(const Prefix& other) const;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;

 private:
  friend Prefix make_prefix(const IpAddress& address, int length);
  IpAddress address_;
  int length_ = 0;
};

// REQUIRES: 0 <= length <= bits of the family.
Prefix make_prefix(const IpAddress& address, int length);
Prefix make_host_prefix(const IpAddress& address);
Prefix make_default_prefix(Family family);  // 0.0.0.0/0 or ::/0
std::string to_string(const Prefix& prefix);

struct InterfaceAddress {
  IpAddress address;
  int length = 32;

  static std::expected<InterfaceAddress, Issue> parse(std::string_view text);  // needs the "/n"
  Prefix network() const { return make_prefix(address, length); }
  Family family() const { return address.family(); }
  friend auto operator<=>(const InterfaceAddress&, const InterfaceAddress&) = default;
};
std::string to_string(const InterfaceAddress& address);

}  // namespace topoproof
