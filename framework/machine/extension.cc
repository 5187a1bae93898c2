// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/extension.hh"

#include "skb/headers.hh"

namespace topoproof::machine {
namespace {

constexpr std::size_t kIpv6Size = 40;
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kDestination = 60;

bool is_extension(std::uint8_t next) {
  return next == kHopByHop || next == kRouting || next == kFragment ||
         next == skb::kAuthentication || next == kDestination;
}

std::size_t length_of(BytesView packet, std::size_t at, std::uint8_t kind) {
  const auto units = u8_at(packet, at + 1);
  if (kind == kFragment) return 8;
  return kind == skb::kAuthentication ? (units + 2U) * 4U : (units + 1U) * 8U;
}

// Options of IPv4 by number (RFC 791, RFC 2113).
constexpr std::uint8_t kEnd = 0;
constexpr std::uint8_t kNothing = 1;
constexpr std::uint8_t kRecordRoute = 7;
constexpr std::uint8_t kLooseRoute = 131;
constexpr std::uint8_t kStrictRoute = 137;
constexpr std::uint8_t kRouterAlert = 148;

bool is_route(std::uint8_t kind) { return kind == kLooseRoute || kind == kStrictRoute; }

// What the kernel insists on for each option that it takes note of.
bool is_well_formed(BytesView option) {
  const auto kind = u8_at(option, 0);
  if (kind == kRouterAlert) return option.size() >= 4;
  if (option.size() < 3) return false;
  const auto pointer = u8_at(option, 2);
  if (pointer < 4) return false;
  if (pointer > option.size()) return true;  // full
  return pointer + 3U <= option.size();
}

}  // namespace

Found find_ipv6_header(BytesView packet, std::uint8_t type) {
  if (packet.size() < kIpv6Size) return {};
  auto next = u8_at(packet, 6);
  std::size_t at = kIpv6Size;
  while (next != type) {
    if (!is_extension(next) || packet.size() < at + 2) return {};
    if (next == kRouting && packet.size() < at + 4) return {};
    if (next == kFragment) {
      if (packet.size() < at + 4) return {};
      if ((load_be16(packet.data() + at + 2) & 0xfff8U) != 0) return {};
    }
    const auto length = length_of(packet, at, next);
    if (packet.size() - at < length) return {};
    next = u8_at(packet, at);
    at += length;
  }
  // An extension header is looked into as it is found.
  const bool has_begin = !is_extension(type) || packet.size() >= at + 2;
  if (!has_begin) return {};
  return {.at = at};
}

Found find_ipv4_option(BytesView packet, std::uint8_t type) {
  if (packet.size() < 20) return {};
  const auto header = (u8_at(packet, 0) & 0x0fU) * 4U;
  if (header > packet.size()) return {};
  Found found;
  bool has_route = false;
  bool has_record = false;
  for (std::size_t at = 20; at < header;) {
    const auto kind = u8_at(packet, at);
    if (kind == kEnd) break;
    if (kind == kNothing) {
      ++at;
      continue;
    }
    if (at + 2 > header) return {};
    const std::size_t length = u8_at(packet, at + 1);
    if (length < 2 || at + length > header) return {};
    const bool known = is_route(kind) || kind == kRecordRoute || kind == kRouterAlert;
    if (!known) return {.is_unknown = true};
    if (!is_well_formed(packet.subspan(at, length))) return {};
    if ((is_route(kind) && has_route) || (kind == kRecordRoute && has_record)) return {};
    has_route = has_route || is_route(kind);
    has_record = has_record || kind == kRecordRoute;
    const bool alert = kind == kRouterAlert && load_be16(packet.data() + at + 2) == 0;
    if (kind == type && (kind != kRouterAlert || alert)) found = {.at = at, .length = length};
    at += length;
  }
  return found;
}

Found find_tcp_option(BytesView header, std::uint8_t type) {
  for (std::size_t at = 20; at + 1 < header.size();) {
    const auto kind = u8_at(header, at);
    const bool single = kind <= 1 || u8_at(header, at + 1) == 0;
    const std::size_t length = single ? 1 : u8_at(header, at + 1);
    if (kind == type) return {.at = at, .length = length};
    at += length;
  }
  return {};
}

}  // namespace topoproof::machine
