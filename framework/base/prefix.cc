// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/prefix.hh"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/check.hh"

namespace topoproof {
namespace {

std::unexpected<Issue> refuse(std::string_view text, std::string_view why) {
  return std::unexpected(make_issue(fmt::format("'{}': {}", text, why)));
}

std::expected<InterfaceAddress, Issue> parse_with_length(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::unexpected(address.error());
  const auto digits = text.substr(slash + 1);
  int length = -1;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, length);
  if (digits.empty() || error != std::errc{} || stop != end || length < 0) {
    return refuse(text, "what follows '/' is not a prefix length");
  }
  const int most = address_bits(address->family());
  if (length > most) return refuse(text, fmt::format("prefix length is above {}", most));
  return InterfaceAddress{*address, length};
}

}  // namespace

IpAddress masked(const IpAddress& address, int length) {
  TOPOPROOF_CHECK(length >= 0 && length <= address_bits(address.family()), "prefix length fits");
  if (address.is_v4()) {
    const std::uint32_t mask = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
    return Ipv4Address(address.v4().bits() & mask);
  }
  auto bytes = address.v6().bytes();
  for (int i = 0; i < 16; ++i) {
    const int keep = std::clamp(length - 8 * i, 0, 8);
    bytes[static_cast<std::size_t>(i)] &= static_cast<std::byte>(0xff00 >> keep & 0xff);
  }
  return Ipv6Address(bytes);
}

Prefix make_prefix(const IpAddress& address, int length) {
  Prefix prefix;
  prefix.address_ = masked(address, length);
  prefix.length_ = length;
  return prefix;
}

Prefix make_host_prefix(const IpAddress& address) {
  return make_prefix(address, address_bits(address.family()));
}

Prefix make_default_prefix(Family family) {
  return family == Family::Ipv4 ? Prefix() : make_prefix(Ipv6Address(), 0);
}

std::expected<Prefix, Issue> Prefix::parse(std::string_view text) {
  if (text.find('/') == std::string_view::npos) {
    const auto address = IpAddress::parse(text);
    if (!address) return std::unexpected(address.error());
    return make_host_prefix(*address);
  }
  const auto parsed = parse_with_length(text);
  if (!parsed) return std::unexpected(parsed.error());
  const Prefix prefix = parsed->network();
  if (prefix.address() != parsed->address) {
    return refuse(text, fmt::format("host bits are set; the network is {}", to_string(prefix)));
  }
  return prefix;
}

bool Prefix::contains(const IpAddress& address) const {
  return address.family() == family() && masked(address, length_) == address_;
}

bool Prefix::contains(const Prefix& inner) const {
  return inner.length_ >= length_ && contains(inner.address_);
}

bool Prefix::overlaps(const Prefix& other) const {
  return contains(other) || other.contains(*this);
}

std::string to_string(const Prefix& prefix) {
  return fmt::format("{}/{}", to_string(prefix.address()), prefix.length());
}

std::expected<InterfaceAddress, Issue> InterfaceAddress::parse(std::string_view text) {
  if (text.find('/') == std::string_view::npos) {
    return refuse(text, "an interface address needs its prefix length, like 10.0.0.1/24");
  }
  return parse_with_length(text);
}

std::string to_string(const InterfaceAddress& address) {
  return fmt::format("{}/{}", to_string(address.address), address.length);
}

}  // namespace topoproof
