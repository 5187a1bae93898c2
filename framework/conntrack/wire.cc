// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/wire.hh"

#include "conntrack/tuple.hh"
#include "packet/checksum.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kNoNext = 59;
constexpr std::uint8_t kDestination = 60;

bool is_extension(std::uint8_t next) {
  return next == kHopByHop || next == kRouting || next == kFragment || next == kAuthentication ||
         next == kNoNext || next == kDestination;
}

std::size_t length_of(BytesView bytes, std::size_t at, std::uint8_t kind) {
  const auto units = u8_at(bytes, at + 1);
  if (kind == kFragment) return 8;
  return kind == kAuthentication ? (units + 2U) * 4U : (units + 1U) * 8U;
}

}  // namespace

std::optional<Skipped> skip_extensions(BytesView bytes, std::size_t at, std::uint8_t next) {
  while (is_extension(next)) {
    if (next == kNoNext || bytes.size() < at + 2) return {};
    const auto kind = next;
    next = u8_at(bytes, at);
    if (kind == kFragment) {
      if (bytes.size() < at + 4) return {};
      if ((load_be16(bytes.data() + at + 2) & 0xfff8U) != 0) return Skipped{next, at + 8, true};
    }
    at += length_of(bytes, at, kind);
  }
  if (at > bytes.size()) return {};
  return Skipped{next, at, false};
}

bool is_checksum_good(const skb::Skb& packet, std::uint8_t protocol, std::size_t offset) {
  if (packet.checksum_partial) return true;
  const auto transport = packet.bytes().subspan(offset);
  if (protocol == kIcmp) return packet::internet_checksum(transport) == 0;
  if (protocol != kTcp && protocol != kUdp && protocol != kIcmpv6) return true;
  auto sum = packet::pseudo_header(packet.source(), packet.destination(), protocol,
                                   static_cast<std::uint32_t>(transport.size()));
  return sum.add(transport).checksum() == 0;
}

}  // namespace topoproof::conntrack
