// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/tcp_segment.hh"

#include <algorithm>

#include "conntrack/wire.hh"
#include "packet/tcp.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::uint8_t kOptionEnd = 0;
constexpr std::uint8_t kOptionNothing = 1;
constexpr std::uint8_t kOptionScale = 3;
constexpr std::uint8_t kOptionSackPermitted = 4;
constexpr std::uint8_t kOptionSack = 5;
constexpr std::uint8_t kLargestScale = 14;  // RFC 7323

// Calls f(kind, data) for each option; what follows a malformed one is not looked at.
template <class F>
void for_each_option(BytesView options, F f) {
  while (!options.empty()) {
    const auto kind = u8_at(options, 0);
    if (kind == kOptionEnd) return;
    if (kind == kOptionNothing) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2) return;
    const auto size = u8_at(options, 1);
    if (size < 2 || size > options.size()) return;
    f(kind, options.subspan(2, size - 2U));
    options = options.subspan(size);
  }
}

}  // namespace

TcpEvent TcpSegment::event() const {
  if (reset) return TcpEvent::Reset;
  if (syn) return has_ack ? TcpEvent::SynAck : TcpEvent::Syn;
  if (fin) return TcpEvent::Fin;
  return has_ack ? TcpEvent::Ack : TcpEvent::None;
}

std::optional<TcpSegment> read_segment(BytesView transport) {
  if (transport.size() < packet::Tcp::kSize) return {};
  TcpSegment segment;
  segment.sequence = load_be32(transport.data() + 4);
  segment.ack = load_be32(transport.data() + 8);
  segment.window = load_be16(transport.data() + 14);
  segment.flags = u8_at(transport, 13);
  segment.fin = (segment.flags & 0x01U) != 0;
  segment.syn = (segment.flags & 0x02U) != 0;
  segment.reset = (segment.flags & 0x04U) != 0;
  segment.has_ack = (segment.flags & 0x10U) != 0;
  segment.header_size = (u8_at(transport, 12) >> 4U) * 4U;
  if (segment.header_size > packet::Tcp::kSize && segment.header_size <= transport.size()) {
    segment.options =
        transport.subspan(packet::Tcp::kSize, segment.header_size - packet::Tcp::kSize);
  }
  const auto length = static_cast<std::uint32_t>(transport.size() - segment.header_size);
  segment.end = segment.sequence + length + (segment.syn ? 1 : 0) + (segment.fin ? 1 : 0);
  return segment;
}

void read_options(const TcpSegment& segment, TcpEnd& end) {
  if (segment.options.empty()) return;
  end.scale = 0;
  end.flags &= kLiberal;
  for_each_option(segment.options, [&](std::uint8_t kind, BytesView data) {
    if (kind == kOptionSackPermitted && data.empty()) end.flags |= kSackPermitted;
    if (kind != kOptionScale || data.size() != 1) return;
    end.scale = std::min(u8_at(data, 0), kLargestScale);
    end.flags |= kWindowScale;
  });
}

std::uint32_t highest_sack(const TcpSegment& segment, std::uint32_t ack) {
  bool seen = false;  // one option counts, as in the kernel
  for_each_option(segment.options, [&](std::uint8_t kind, BytesView data) {
    if (seen || kind != kOptionSack || data.empty() || data.size() % 8 != 0) return;
    seen = true;
    for (std::size_t at = 0; at < data.size(); at += 8) {
      const auto edge = load_be32(data.data() + at + 4);
      if (is_after(edge, ack)) ack = edge;
    }
  });
  return ack;
}

}  // namespace topoproof::conntrack
