// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/fragments6.hh"

#include <algorithm>

#include "packet/ipv6.hh"
#include "packet/ipv6_extension.hh"
#include "sim/fragments.hh"

namespace topoproof::sim {
namespace {

constexpr std::size_t kFixed = packet::Ipv6::kSize;
constexpr std::size_t kFragment = packet::Ipv6Fragment::kSize;
constexpr std::uint32_t kLeastMtu = 1280;

// IP6CB(skb)->frag_max_size; 0: it came whole.
std::uint32_t largest_piece(const skb::Skb& ipv6) {
  return ipv6.reassembled == nullptr ? 0 : ipv6.reassembled->largest;
}

// Where the part begins that is cut, and which byte says what it begins with (ip6_find_1stfragopt).
struct CutPlace {
  std::size_t at = kFixed;
  std::size_t announced_at = 6;
  std::uint32_t id = 0;  // of its pieces
};
CutPlace find_cut(BytesView bytes) {
  CutPlace place;
  bool routed = false;
  for (;;) {
    const auto next = std::to_integer<std::uint8_t>(bytes[place.announced_at]);
    const bool options = next == packet::DestinationOptions::kProtocol;
    const bool skipped = next == packet::HopByHop::kProtocol ||
                         next == packet::Routing::kProtocol || (options && !routed);
    if (!skipped || place.at + kFragment > bytes.size()) return place;
    routed |= next == packet::Routing::kProtocol;
    place.announced_at = place.at;
    place.at += (std::to_integer<std::size_t>(bytes[place.at + 1]) + 1) * 8;
  }
}

Bytes make_piece(BytesView whole, const CutPlace& place, std::size_t from, std::size_t size,
                 bool more) {
  const auto part = [&](std::size_t at, std::size_t count) { return whole.subspan(at, count); };
  const BytesView head = part(0, place.at);
  const BytesView body = part(place.at + from, size);
  Bytes bytes(head.begin(), head.end());
  bytes.resize(place.at + kFragment);
  bytes[place.at] = bytes[place.announced_at];
  bytes[place.announced_at] = std::byte{packet::Ipv6Fragment::kProtocol};
  store_be16(bytes.data() + place.at + 2, static_cast<std::uint16_t>(from | (more ? 1U : 0U)));
  store_be32(bytes.data() + place.at + 4, place.id);
  bytes.insert(bytes.end(), body.begin(), body.end());
  store_be16(bytes.data() + 4, static_cast<std::uint16_t>(bytes.size() - kFixed));
  return bytes;
}

}  // namespace

bool is_too_big6(const skb::Skb& ipv6, std::uint32_t mtu) {
  if (ipv6.size() <= mtu) return false;
  const std::uint32_t largest = largest_piece(ipv6);
  return largest == 0 || largest > mtu;
}

bool needs_pieces6(const skb::Skb& ipv6, std::uint32_t mtu) {
  const std::uint32_t largest = largest_piece(ipv6);
  return ipv6.size() > mtu || (largest != 0 && ipv6.size() > largest);
}

std::vector<skb::Skb> fragments6_of(const skb::Skb& ipv6, std::uint32_t mtu) {
  skb::Skb whole = ipv6;
  complete_checksum(whole);
  CutPlace place = find_cut(whole.bytes());
  const std::size_t payload = whole.size() - place.at;
  // Any, but no other packet's: ports and checksum, or those and the number of an echo.
  if (payload >= 8) {
    const std::byte* part = whole.bytes().data() + place.at;
    place.id = load_be32(part) ^ load_be32(part + 4);
  }
  const std::uint32_t largest = largest_piece(ipv6);
  if (largest != 0) mtu = std::max(std::min(mtu, largest), kLeastMtu);
  const std::size_t room = mtu - place.at - kFragment;
  const auto sizes =
      ipv6.reassembled ? kept_sizes(*ipv6.reassembled, payload, room) : equal_sizes(payload, room);
  std::vector<skb::Skb> pieces;
  std::size_t from = 0;
  for (const std::size_t size : sizes) {
    skb::Skb piece = whole;
    piece.reassembled.reset();
    piece.replace(make_piece(whole.bytes(), place, from, size, from + size < payload),
                  whole.ether_type());
    pieces.push_back(std::move(piece));
    from += size;
  }
  return pieces;
}

}  // namespace topoproof::sim
