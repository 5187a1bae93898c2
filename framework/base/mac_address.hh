// SPDX-License-Identifier: GPL-2.0-or-later
// A 48-bit Ethernet address. Prints as "02:00:00:00:00:01".
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof {

class MacAddress {
 public:
  constexpr MacAddress() = default;  // 00:00:00:00:00:00
  constexpr explicit MacAddress(const std::array<std::byte, 6>& bytes) : bytes_(bytes) {}

  static std::expected<MacAddress, Issue> parse(std::string_view text);
  static constexpr MacAddress broadcast() { return from_bits(0xffff'ffff'ffff); }
  // The low 48 bits, first byte highest.
  static constexpr MacAddress from_bits(std::uint64_t bits) {
    MacAddress mac;
    for (int i = 0; i < 6; ++i) {
      mac.bytes_[static_cast<std::size_t>(i)] = static_cast<std::byte>(bits >> (40 - 8 * i) & 0xff);
    }
    return mac;
  }

  constexpr const std::array<std::byte, 6>& bytes() const { return bytes_; }
  bool is_multicast() const { return (bytes_[0] & std::byte{1}) != std::byte{0}; }
  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;

 private:
  std::array<std::byte, 6> bytes_{};
};

std::string to_string(const MacAddress& mac);

}  // namespace topoproof
