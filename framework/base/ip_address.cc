// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ip_address.hh"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/check.hh"

namespace topoproof {
namespace {

std::unexpected<Issue> not_an_address(std::string_view text, std::string_view kind) {
  return std::unexpected(make_issue(fmt::format("'{}' is not an {} address", text, kind)));
}

std::optional<unsigned> parse_number(std::string_view text, int base, std::size_t max_digits,
                                     unsigned max) {
  unsigned value = 0;
  if (text.empty() || text.size() > max_digits) return std::nullopt;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end || value > max) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0;; ++at) {
    const auto end = text.find(separator, at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end;
  }
}

using Groups = std::vector<std::uint16_t>;

// The groups of one side of "::"; the last may be dotted IPv4 where `dotted` allows it.
std::optional<Groups> parse_groups(std::string_view text, bool dotted) {
  Groups groups;
  if (text.empty()) return groups;
  const auto parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (dotted && i + 1 == parts.size() && parts[i].find('.') != std::string_view::npos) {
      const auto v4 = Ipv4Address::parse(parts[i]);
      if (!v4) return std::nullopt;
      groups.push_back(static_cast<std::uint16_t>(v4->bits() >> 16));
      groups.push_back(static_cast<std::uint16_t>(v4->bits() & 0xffff));
      continue;
    }
    const auto value = parse_number(parts[i], 16, 4, 0xffff);
    if (!value) return std::nullopt;
    groups.push_back(static_cast<std::uint16_t>(*value));
  }
  return groups;
}

std::optional<Groups> parse_all_groups(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    auto groups = parse_groups(text, true);
    return groups && groups->size() == 8 ? groups : std::nullopt;
  }
  auto head = parse_groups(text.substr(0, gap), false);
  const auto tail = parse_groups(text.substr(gap + 2), true);
  if (!head || !tail || head->size() + tail->size() > 7) return std::nullopt;
  head->resize(8 - tail->size(), 0);
  head->insert(head->end(), tail->begin(), tail->end());
  return head;
}

struct Run {
  std::size_t begin = 0;
  std::size_t length = 0;
};

// RFC 5952 4.2: the longest run of zero groups, the first of equals, never a single group.
Run longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
  Run best;
  Run current;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    current = groups[i] != 0 ? Run{i + 1, 0} : Run{current.begin, current.length + 1};
    if (current.length > best.length) best = current;
  }
  return best.length > 1 ? best : Run{};
}

}  // namespace

std::string_view to_string(Family family) { return family == Family::Ipv4 ? "ipv4" : "ipv6"; }

std::expected<Ipv4Address, Issue> Ipv4Address::parse(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return not_an_address(text, "IPv4");
  std::uint32_t bits = 0;
  for (const auto part : parts) {
    const auto value = parse_number(part, 10, 3, 255);
    // A leading zero reads as octal in some programs and as decimal in others: refused.
    if (!value || (part.size() > 1 && part[0] == '0')) return not_an_address(text, "IPv4");
    bits = bits << 8 | *value;
  }
  return Ipv4Address(bits);
}

std::array<std::byte, 4> Ipv4Address::bytes() const {
  std::array<std::byte, 4> out{};
  store_be32(out.data(), bits_);
  return out;
}

std::expected<Ipv6Address, Issue> Ipv6Address::parse(std::string_view text) {
  const auto groups = parse_all_groups(text);
  if (!groups) return not_an_address(text, "IPv6");
  std::array<std::byte, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) store_be16(bytes.data() + 2 * i, (*groups)[i]);
  return Ipv6Address(bytes);
}

std::expected<IpAddress, Issue> IpAddress::parse(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return Ipv6Address::parse(text);
  return Ipv4Address::parse(text);
}

IpAddress IpAddress::from_bytes(BytesView network_order) {
  if (network_order.size() == 4) return Ipv4Address(load_be32(network_order.data()));
  TOPOPROOF_CHECK(network_order.size() == 16, "an address has 4 or 16 bytes");
  std::array<std::byte, 16> bytes{};
  std::ranges::copy(network_order, bytes.begin());
  return Ipv6Address(bytes);
}

Bytes IpAddress::bytes() const {
  if (is_v4()) {
    const auto b = v4().bytes();
    return {b.begin(), b.end()};
  }
  return {v6().bytes().begin(), v6().bytes().end()};
}

bool IpAddress::is_unspecified() const {
  return is_v4() ? v4().bits() == 0 : v6() == Ipv6Address();
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return v4().bits() >> 24 == 127;
  return load_be64(v6().bytes().data()) == 0 && load_be64(v6().bytes().data() + 8) == 1;
}

bool IpAddress::is_multicast() const {
  return is_v4() ? v4().bits() >> 28 == 0xe : v6().bytes()[0] == std::byte{0xff};
}

bool IpAddress::is_link_local() const {
  return is_v4() ? v4().bits() >> 16 == 0xa9fe
                 : (load_be16(v6().bytes().data()) & 0xffc0) == 0xfe80;
}

std::string to_string(Ipv4Address a) {
  const auto bits = a.bits();
  return fmt::format("{}.{}.{}.{}", bits >> 24, bits >> 16 & 0xff, bits >> 8 & 0xff, bits & 0xff);
}

std::string to_string(const Ipv6Address& address) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = load_be16(address.bytes().data() + 2 * i);
  // RFC 5952 section 5: IPv4-mapped addresses keep their dotted form.
  if (load_be64(address.bytes().data()) == 0 && groups[4] == 0 && groups[5] == 0xffff) {
    return "::ffff:" + to_string(Ipv4Address(load_be32(address.bytes().data() + 12)));
  }
  const Run gap = longest_zero_run(groups);
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (gap.length > 0 && i == gap.begin) {
      out += "::";
      i += gap.length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    fmt::format_to(std::back_inserter(out), "{:x}", groups[i]);
  }
  return out;
}

std::string to_string(const IpAddress& address) {
  return address.is_v4() ? to_string(address.v4()) : to_string(address.v6());
}

IpAddress next_address(const IpAddress& address, std::uint64_t steps) {
  if (address.is_v4()) {
    return Ipv4Address(address.v4().bits() + static_cast<std::uint32_t>(steps));
  }
  auto bytes = address.v6().bytes();
  const std::uint64_t low = load_be64(bytes.data() + 8);
  const std::uint64_t carry = low + steps < low ? 1 : 0;
  store_be64(bytes.data() + 8, low + steps);
  store_be64(bytes.data(), load_be64(bytes.data()) + carry);
  return Ipv6Address(bytes);
}

}  // namespace topoproof

std::size_t std::hash<topoproof::IpAddress>::operator()(
    const topoproof::IpAddress& a) const noexcept {
  if (a.is_v4()) return std::hash<topoproof::Ipv4Address>{}(a.v4());
  const auto* bytes = a.v6().bytes().data();
  return std::hash<std::uint64_t>{}(topoproof::load_be64(bytes) * 0x9e3779b97f4a7c15U ^
                                    topoproof::load_be64(bytes + 8));
}
