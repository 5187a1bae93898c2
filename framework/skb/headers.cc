// SPDX-License-Identifier: GPL-2.0-or-later
#include "skb/headers.hh"

namespace topoproof::skb {
namespace {

constexpr std::size_t kIpv4Size = 20;
constexpr std::size_t kIpv6Size = 40;
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kNoNext = 59;
constexpr std::uint8_t kDestination = 60;

// What the kernel's ipv6_ext_hdr() takes for an extension header.
bool is_extension(std::uint8_t next) {
  return next == kHopByHop || next == kRouting || next == kFragment || next == kAuthentication ||
         next == kNoNext || next == kDestination;
}

Headers parse_ipv4(BytesView packet) {
  if (packet.size() < kIpv4Size) return {};
  const auto header = (u8_at(packet, 0) & 0x0fU) * 4U;
  const auto fragment = load_be16(packet.data() + 6) & 0x1fffU;
  return {.has_transport = true,
          .protocol = u8_at(packet, 9),
          .transport = header,
          .fragment_offset = static_cast<std::uint16_t>(fragment * 8)};
}

Headers later_fragment(std::uint8_t next, std::uint16_t offset) {
  if (is_extension(next) && next != kNoNext) return {};
  return {.has_transport = true, .protocol = next, .transport = 0, .fragment_offset = offset};
}

// ipv6_find_hdr() without a target; it stops at an authentication header, as nf_tables asks it to.
Headers parse_ipv6(BytesView packet) {
  if (packet.size() < kIpv6Size) return {};
  auto next = u8_at(packet, 6);
  std::size_t at = kIpv6Size;
  while (is_extension(next) && next != kNoNext && next != kAuthentication) {
    if (packet.size() < at + 2) return {};
    std::size_t length = 8;
    if (next == kFragment) {
      if (packet.size() < at + 4) return {};
      const auto offset = static_cast<std::uint16_t>(load_be16(packet.data() + at + 2) & 0xfff8U);
      if (offset != 0) return later_fragment(u8_at(packet, at), offset);
    } else {
      if (next == kRouting && packet.size() < at + 4) return {};
      length = (u8_at(packet, at + 1) + 1U) * 8U;
    }
    if (packet.size() - at < length) return {};
    next = u8_at(packet, at);
    at += length;
  }
  if (next == kAuthentication && packet.size() < at + 2) return {};
  return {.has_transport = true, .protocol = next, .transport = static_cast<std::uint32_t>(at)};
}

bool is_whole_ipv4(BytesView packet) {
  if (packet.size() < kIpv4Size) return false;
  const auto header = (u8_at(packet, 0) & 0x0fU) * 4U;
  const auto total = load_be16(packet.data() + 2);
  return u8_at(packet, 0) >> 4 == 4 && header >= kIpv4Size && total >= header &&
         total <= packet.size();
}

bool is_whole_ipv6(BytesView packet) {
  return packet.size() >= kIpv6Size && u8_at(packet, 0) >> 4 == 6 &&
         load_be16(packet.data() + 4) + kIpv6Size <= packet.size();
}

}  // namespace

Headers parse_headers(BytesView network, std::uint16_t ether_type) {
  if (ether_type == kEtherIpv4) return parse_ipv4(network);
  if (ether_type == kEtherIpv6) return parse_ipv6(network);
  return {};
}

Headers parse_unchecked_headers(BytesView network, std::uint16_t ether_type) {
  if (ether_type == kEtherIpv4 && is_whole_ipv4(network)) return parse_ipv4(network);
  if (ether_type == kEtherIpv6 && is_whole_ipv6(network)) return parse_ipv6(network);
  return {};
}

}  // namespace topoproof::skb
