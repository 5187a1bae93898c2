// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 and IPv6 addresses as values. parse and to_string are inverse; IPv6 prints as RFC 5952 says.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.hh"
#include "base/issue.hh"

namespace topoproof {

enum class Family { Ipv4, Ipv6 };
std::string_view to_string(Family family);  // "ipv4", "ipv6"
constexpr int address_bits(Family family) { return family == Family::Ipv4 ? 32 : 128; }

class Ipv4Address {
 public:
  constexpr Ipv4Address() = default;  // 0.0.0.0
  constexpr explicit Ipv4Address(std::uint32_t host_order) : bits_(host_order) {}
  constexpr Ipv4Address(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d)
      : bits_(std::uint32_t{a} << 24 | std::uint32_t{b} << 16 | std::uint32_t{c} << 8 | d) {}

  static std::expected<Ipv4Address, Issue> parse(std::string_view text);

  constexpr std::uint32_t bits() const { return bits_; }  // host order
  std::array<std::byte, 4> bytes() const;                 // network order
  friend auto operator<=>(const Ipv4Address&, const Ipv4Address&) = default;

 private:
  std::uint32_t bits_ = 0;
};

class Ipv6Address {
 public:
  constexpr Ipv6Address() = default;  // ::
  constexpr explicit Ipv6Address(const std::array<std::byte, 16>& network_order)
      : bytes_(network_order) {}

  static std::expected<Ipv6Address, Issue> parse(std::string_view text);

  constexpr const std::array<std::byte, 16>& bytes() const { return bytes_; }  // network order
  friend auto operator<=>(const Ipv6Address&, const Ipv6Address&) = default;

 private:
  std::array<std::byte, 16> bytes_{};
};

class IpAddress {
 public:
  constexpr IpAddress() = default;                          // 0.0.0.0
  constexpr IpAddress(Ipv4Address a) : value_(a) {}         // NOLINT: widening, nothing is lost
  constexpr IpAddress(const Ipv6Address& a) : value_(a) {}  // NOLINT

  static std::expected<IpAddress, Issue> parse(std::string_view text);
  // REQUIRES: 4 or 16 bytes, in network order.
  static IpAddress from_bytes(BytesView network_order);

  constexpr Family family() const { return value_.index() == 0 ? Family::Ipv4 : Family::Ipv6; }
  constexpr bool is_v4() const { return value_.index() == 0; }
  constexpr bool is_v6() const { return value_.index() == 1; }
  constexpr Ipv4Address v4() const { return std::get<0>(value_); }         // REQUIRES: is_v4()
  constexpr const Ipv6Address& v6() const { return std::get<1>(value_); }  // REQUIRES: is_v6()
  Bytes bytes() const;                                                     // network order, 4 or 16

  bool is_unspecified() const;  // 0.0.0.0 or ::
  bool is_loopback() const;     // 127/8 or ::1
  bool is_multicast() const;    // 224/4 or ff00::/8
  bool is_link_local() const;   // 169.254/16 or fe80::/10

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::variant<Ipv4Address, Ipv6Address> value_;
};

std::string to_string(Ipv4Address address);
std::string to_string(const Ipv6Address& address);
std::string to_string(const IpAddress& address);

// The address `steps` above, within its family, wrapping at the end.
IpAddress next_address(const IpAddress& address, std::uint64_t steps = 1);

}  // namespace topoproof

template <>
struct std::hash<topoproof::Ipv4Address> {
  std::size_t operator()(topoproof::Ipv4Address a) const noexcept {
    return std::hash<std::uint32_t>{}(a.bits());
  }
};
template <>
struct std::hash<topoproof::IpAddress> {
  std::size_t operator()(const topoproof::IpAddress& a) const noexcept;
};
