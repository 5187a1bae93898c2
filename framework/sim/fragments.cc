// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/fragments.hh"

#include <algorithm>

#include "packet/checksum.hh"

namespace topoproof::sim {
namespace {

constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kMoreFragments = 0x2000;
constexpr std::uint16_t kOffset = 0x1fff;  // units of 8 bytes
constexpr std::size_t kMostPending = 64;   // packets; the oldest gives way

std::uint16_t fragment_field(const skb::Skb& skb) { return load_be16(skb.bytes().data() + 6); }
std::size_t header_size(const skb::Skb& skb) {
  return (std::to_integer<std::size_t>(skb.bytes()[0]) & 15) * 4;
}
std::size_t offset_of(const skb::Skb& skb) { return (fragment_field(skb) & kOffset) * 8U; }
std::size_t payload_size(const skb::Skb& skb) { return skb.size() - header_size(skb); }

void finish_header(std::span<std::byte> packet, std::uint16_t field) {
  const std::size_t size = (std::to_integer<std::size_t>(packet[0]) & 15) * 4;
  store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
  store_be16(packet.data() + 6, field);
  store_be16(packet.data() + 10, 0);
  store_be16(packet.data() + 10, packet::internet_checksum(packet.first(size)));
}

}  // namespace

bool has_dont_fragment(const skb::Skb& ipv4) { return (fragment_field(ipv4) & kDontFragment) != 0; }

bool is_fragment(const skb::Skb& ipv4) {
  return (fragment_field(ipv4) & (kMoreFragments | kOffset)) != 0;
}

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
  const std::size_t step = (mtu - header) / 8 * 8;
  const std::uint16_t field = fragment_field(whole);
  const bool keeps_df = whole.reassembled != nullptr && whole.reassembled->dont_fragment;
  std::vector<skb::Skb> pieces;
  for (std::size_t at = 0; at < payload.size(); at += step) {
    const std::size_t size = std::min(step, payload.size() - at);
    const bool last = at + size == payload.size();
    Bytes bytes(whole.bytes().begin(), whole.bytes().begin() + static_cast<std::ptrdiff_t>(header));
    bytes.insert(bytes.end(), payload.begin() + static_cast<std::ptrdiff_t>(at),
                 payload.begin() + static_cast<std::ptrdiff_t>(at + size));
    const std::size_t offset = (field & kOffset) + at / 8;
    const unsigned more = last ? field & kMoreFragments : kMoreFragments;
    finish_header(bytes,
                  static_cast<std::uint16_t>(offset | more | (keeps_df ? kDontFragment : 0U)));
    skb::Skb piece = whole;
    piece.reassembled.reset();
    piece.replace(bytes, whole.ether_type());
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

std::optional<Packet> Reassembly::add(Packet&& fragment) {
  const std::uint16_t id = load_be16(fragment.skb.bytes().data() + 4);
  const auto protocol = std::to_integer<std::uint8_t>(fragment.skb.bytes()[9]);
  const auto same = [&](const Parts& p) {
    return p.id == id && p.protocol == protocol && p.source == fragment.skb.source() &&
           p.destination == fragment.skb.destination();
  };
  auto found = std::ranges::find_if(pending_, same);
  if (found == pending_.end()) {
    if (pending_.size() == kMostPending) pending_.erase(pending_.begin());
    pending_.push_back({fragment.skb.source(), fragment.skb.destination(), id, protocol});
    found = pending_.end() - 1;
  }
  auto& parts = found->parts;
  const auto place = std::ranges::lower_bound(parts, offset_of(fragment.skb), {},
                                              [](const Packet& p) { return offset_of(p.skb); });
  parts.insert(place, std::move(fragment));
  std::size_t end = 0;
  for (const Packet& part : parts) {
    if (offset_of(part.skb) != end) return std::nullopt;  // overlaps never become whole
    end += payload_size(part.skb);
  }
  if ((fragment_field(parts.back().skb) & kMoreFragments) != 0) return std::nullopt;

  auto how = std::make_shared<skb::Reassembled>();
  Packet whole = parts.front();
  Bytes bytes(whole.skb.bytes().begin(), whole.skb.bytes().end());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const skb::Skb& part = parts[i].skb;
    how->sizes.push_back(static_cast<std::uint32_t>(payload_size(part)));
    how->largest = std::max(how->largest, static_cast<std::uint32_t>(part.size()));
    how->dont_fragment |= has_dont_fragment(part);
    if (i == 0) continue;
    const BytesView payload = part.bytes().subspan(header_size(part));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
  }
  finish_header(bytes, how->dont_fragment ? kDontFragment : 0);
  whole.skb.replace(bytes, whole.skb.ether_type());
  whole.skb.reassembled = std::move(how);
  pending_.erase(found);
  return whole;
}

}  // namespace topoproof::sim
