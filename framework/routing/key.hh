// SPDX-License-Identifier: GPL-2.0-or-later
// An address of either family as two numbers, left-aligned, so that tables are one code for both.
#pragma once

#include <compare>
#include <cstdint>

#include "base/ip_address.hh"

namespace topoproof::routing {

struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Key&, const Key&) = default;
};

inline Key key_of(const IpAddress& address) {
  if (address.is_v4()) return {static_cast<std::uint64_t>(address.v4().bits()) << 32, 0};
  const auto& bytes = address.v6().bytes();
  return {load_be64(bytes.data()), load_be64(bytes.data() + 8)};
}

// The first `length` bits. REQUIRES: 0 <= length <= 128.
constexpr Key masked(const Key& key, int length) {
  const auto ones = [](int bits) -> std::uint64_t {
    return bits <= 0 ? 0 : bits >= 64 ? ~std::uint64_t{0} : ~(~std::uint64_t{0} >> bits);
  };
  return {key.high & ones(length), key.low & ones(length - 64)};
}

}  // namespace topoproof::routing
