// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/fragments.hh"

#include <algorithm>
#include <numeric>

#include "packet/checksum.hh"
#include "packet/ipv6.hh"
#include "packet/ipv6_extension.hh"

namespace topoproof::sim {
namespace {

constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kMoreFragments = 0x2000;
constexpr std::uint16_t kOffset = 0x1fff;  // units of 8 bytes

std::uint16_t fragment_field(const skb::Skb& skb) { return load_be16(skb.bytes().data() + 6); }
std::size_t header_size(const skb::Skb& skb) {
  return (std::to_integer<std::size_t>(skb.bytes()[0]) & 15) * 4;
}

void finish_header(std::span<std::byte> packet, std::uint16_t field) {
  const std::size_t size = (std::to_integer<std::size_t>(packet[0]) & 15) * 4;
  store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
  store_be16(packet.data() + 6, field);
  store_be16(packet.data() + 10, 0);
  store_be16(packet.data() + 10, packet::internet_checksum(packet.first(size)));
}

// ip_options_fragment: of the options only some stand in every piece.
void drop_uncopied_options(std::span<std::byte> header) {
  constexpr std::byte kEnd{0};
  constexpr std::byte kNoOperation{1};
  constexpr std::byte kCopied{0x80};
  for (std::size_t at = 20; at + 1 < header.size() && header[at] != kEnd;) {
    const std::size_t size =
        header[at] == kNoOperation ? 1 : std::to_integer<std::size_t>(header[at + 1]);
    if (size == 0 || at + size > header.size()) return;
    if ((header[at] & kCopied) == std::byte{}) {
      std::ranges::fill(header.subspan(at, size), kNoOperation);
    }
    at += size;
  }
}

// What was put together leaves as it came, unless a piece has become too large.
std::vector<std::size_t> sizes_of_pieces(const skb::Skb& whole, std::size_t payload,
                                         std::size_t room) {
  return whole.reassembled != nullptr ? kept_sizes(*whole.reassembled, payload, room)
                                      : equal_sizes(payload, room);
}

}  // namespace

std::vector<std::size_t> equal_sizes(std::size_t payload, std::size_t room) {
  std::vector<std::size_t> sizes;
  while (payload > room) {
    sizes.push_back(room / 8 * 8);
    payload -= sizes.back();
  }
  sizes.push_back(payload);
  return sizes;
}

std::vector<std::size_t> kept_sizes(const skb::Reassembled& how, std::size_t payload,
                                    std::size_t room) {
  std::vector<std::size_t> sizes(how.sizes.begin(), how.sizes.end());
  const bool same = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}) == payload;
  const bool fits = std::ranges::all_of(sizes, [&](std::size_t size) { return size <= room; });
  return same && fits ? sizes : equal_sizes(payload, room);
}

bool has_dont_fragment(const skb::Skb& ipv4) { return (fragment_field(ipv4) & kDontFragment) != 0; }

bool must_not_be_fragmented(const skb::Skb& ipv4, std::uint32_t mtu) {
  if (!has_dont_fragment(ipv4)) return false;
  if (ipv4.reassembled != nullptr) return ipv4.reassembled->largest > mtu;
  return ipv4.size() > mtu;
}

std::vector<skb::Skb> fragments_of(const skb::Skb& ipv4, std::uint32_t mtu) {
  skb::Skb whole = ipv4;
  complete_checksum(whole);
  if (whole.reassembled != nullptr && whole.reassembled->largest != 0) {
    mtu = std::min(mtu, whole.reassembled->largest);
  }
  const std::size_t header = header_size(whole);
  const BytesView payload = whole.bytes().subspan(header);
  const auto sizes = sizes_of_pieces(whole, payload.size(), mtu - header);
  const std::uint16_t field = fragment_field(whole);
  const bool keeps_df = whole.reassembled != nullptr && whole.reassembled->dont_fragment;
  std::vector<skb::Skb> pieces;
  std::size_t at = 0;
  for (const std::size_t size : sizes) {
    const bool last = at + size == payload.size();
    Bytes bytes(whole.bytes().begin(), whole.bytes().begin() + static_cast<std::ptrdiff_t>(header));
    bytes.insert(bytes.end(), payload.begin() + static_cast<std::ptrdiff_t>(at),
                 payload.begin() + static_cast<std::ptrdiff_t>(at + size));
    if (at > 0) drop_uncopied_options(std::span(bytes).first(header));
    const std::size_t offset = (field & kOffset) + at / 8;
    const unsigned more = last ? field & kMoreFragments : kMoreFragments;
    finish_header(bytes,
                  static_cast<std::uint16_t>(offset | more | (keeps_df ? kDontFragment : 0U)));
    skb::Skb piece = whole;
    piece.reassembled.reset();
    piece.replace(bytes, whole.ether_type());
    pieces.push_back(std::move(piece));
    at += size;
  }
  return pieces;
}

namespace {

constexpr std::size_t kMostKnown = 64;

// Where an IPv6 packet has its fragment header; none: it is whole.
std::optional<std::size_t> fragment_header_of(BytesView ipv6) {
  auto next = std::to_integer<std::uint8_t>(ipv6[6]);
  for (std::size_t at = packet::Ipv6::kSize; at + packet::Ipv6Fragment::kSize <= ipv6.size();) {
    if (next == packet::Ipv6Fragment::kProtocol) return at;
    const bool skipped = next == packet::HopByHop::kProtocol ||
                         next == packet::Routing::kProtocol ||
                         next == packet::DestinationOptions::kProtocol;
    if (!skipped) return std::nullopt;
    next = std::to_integer<std::uint8_t>(ipv6[at]);
    at += (std::to_integer<std::size_t>(ipv6[at + 1]) + 1) * 8;
  }
  return std::nullopt;
}

bool is_first(const skb::Skb& fragment) {
  if (fragment.is_ipv4()) return (fragment_field(fragment) & kOffset) == 0;
  const auto header = fragment_header_of(fragment.bytes());
  return header && load_be16(fragment.bytes().data() + *header + 2) >> 3 == 0;
}

// Of IPv6 what was put together says nothing any more of its identification.
std::uint16_t id_of(const skb::Skb& packet) {
  return packet.is_ipv4() ? load_be16(packet.bytes().data() + 4) : std::uint16_t{0};
}

}  // namespace

std::vector<FirstFragments::Known>::iterator FirstFragments::find(const skb::Skb& packet) {
  return std::ranges::find_if(known_, [&](const Known& known) {
    return known.id == id_of(packet) && known.source == packet.source() &&
           known.destination == packet.destination();
  });
}

void FirstFragments::note(const skb::Skb& fragment, std::uint32_t record) {
  if (!is_first(fragment)) return;
  if (const auto older = find(fragment); older != known_.end()) known_.erase(older);
  if (known_.size() == kMostKnown) known_.erase(known_.begin());
  known_.push_back({fragment.source(), fragment.destination(), id_of(fragment), record});
}

std::optional<std::uint32_t> FirstFragments::take(const skb::Skb& whole) {
  const auto at = find(whole);
  if (at == known_.end()) return std::nullopt;
  const std::uint32_t record = at->record;
  known_.erase(at);
  return record;
}

}  // namespace topoproof::sim
