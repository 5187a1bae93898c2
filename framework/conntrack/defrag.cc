// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/defrag.hh"

#include <algorithm>
#include <array>
#include <optional>

#include "conntrack/wire.hh"
#include "packet/checksum.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::uint8_t kFragmentHeader = 44;
constexpr std::size_t kFragmentSize = 8;
constexpr std::uint32_t kLongest = 65535;
constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kMoreFragments = 0x2000;
constexpr std::uint8_t kBadEcn = 0xff;

struct FragmentPlace {
  std::size_t at = 0;            // of the fragment header
  std::size_t announced_at = 0;  // of the byte that says there is one
};

// find_prev_fhdr(): the fragment header, behind hop-by-hop, routing and destination options.
std::optional<FragmentPlace> find_fragment_header(BytesView bytes) {
  if (bytes.size() < kIpv6Size) return {};
  std::size_t at = kIpv6Size;
  std::size_t announced_at = 6;
  auto next = u8_at(bytes, 6);
  while (next != kFragmentHeader) {
    const bool option = next == 0 || next == 43 || next == 60;
    if (!option || bytes.size() < at + 2) return {};
    announced_at = at;
    next = u8_at(bytes, at);
    at += (u8_at(bytes, at + 1) + 1U) * 8U;
  }
  if (bytes.size() < at + kFragmentSize) return {};
  return FragmentPlace{at, announced_at};
}

// RFC 3168: what the whole packet's ECN field becomes; a mixture with "not capable" is refused.
std::uint8_t combined_ecn(std::uint8_t seen) {
  const bool not_capable = (seen & 1U) != 0;
  const bool congested = (seen & 8U) != 0;
  if (not_capable) return seen == 1 ? 0 : kBadEcn;
  if (congested) return 3;
  return 0xfe;  // as it is
}

}  // namespace

struct Defragmenter::Fragment {
  Family family = Family::Ipv4;
  std::uint32_t id = 0;
  std::uint8_t protocol = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool more = false;
  bool dont_fragment = false;
  std::size_t payload_at = 0;
  std::size_t next_header_at = 0;
  std::uint32_t size = 0;  // that counts for the largest fragment
  std::uint8_t ecn = 0;
};

bool is_fragment(const skb::Skb& packet) {
  const auto bytes = packet.bytes();
  if (packet.is_ipv6()) return find_fragment_header(bytes).has_value();
  return packet.is_ipv4() && bytes.size() >= kIpv4Size &&
         (load_be16(bytes.data() + 6) & 0x3fffU) != 0;
}

std::variant<Defragmenter::Fragment, std::monostate, Outcome> Defragmenter::read(
    const skb::Skb& packet) {
  const auto bytes = packet.bytes();
  if (!is_fragment(packet)) return std::monostate();
  if (packet.is_ipv4()) {
    const auto header = (u8_at(bytes, 0) & 0x0fU) * 4U;
    const auto field = load_be16(bytes.data() + 6);
    if (bytes.size() < header) return dropped("fragment shorter than its header");
    const auto begin = (field & 0x1fffU) * 8U;
    Fragment fragment{.family = Family::Ipv4,
                      .id = load_be16(bytes.data() + 4),
                      .protocol = u8_at(bytes, 9),
                      .begin = begin,
                      .end = begin + static_cast<std::uint32_t>(bytes.size() - header),
                      .more = (field & kMoreFragments) != 0,
                      .dont_fragment = (field & kDontFragment) != 0,
                      .payload_at = header,
                      .ecn = static_cast<std::uint8_t>(1U << (u8_at(bytes, 1) & 3U))};
    if (fragment.more) fragment.end &= ~7U;
    fragment.size = fragment.end - begin + header;
    return fragment;
  }
  const auto place = find_fragment_header(bytes).value();
  const auto field = load_be16(bytes.data() + place.at + 2);
  const auto begin = field & 0xfff8U;
  const auto payload = place.at + kFragmentSize;
  Fragment fragment{.family = Family::Ipv6,
                    .id = load_be32(bytes.data() + place.at + 4),
                    .begin = begin,
                    .end = begin + static_cast<std::uint32_t>(bytes.size() - payload),
                    .more = (field & 1U) != 0,
                    .payload_at = payload,
                    .next_header_at = place.announced_at,
                    .size = static_cast<std::uint32_t>(bytes.size()),
                    .ecn = static_cast<std::uint8_t>(1U << (u8_at(bytes, 1) >> 4U & 3U))};
  if (fragment.end > kLongest) return dropped("fragment beyond the longest packet");
  return fragment;
}

std::variant<skb::Skb, Held, Outcome> Defragmenter::gather(skb::Skb packet, std::uint16_t zone) {
  const auto read_as = read(packet);
  if (std::holds_alternative<std::monostate>(read_as)) return packet;
  if (const auto* refused = std::get_if<Outcome>(&read_as)) return *refused;
  const auto& fragment = std::get<Fragment>(read_as);
  forget_old();
  const Key key{packet.source(),    packet.destination(), fragment.id, fragment.protocol, zone,
                packet.in_interface};
  auto [at, is_new] = queues_.try_emplace(key);
  if (is_new) at->second.since = clock_.now;
  return add(at->second, fragment, std::move(packet), key);
}

// RETURNS: false where the end contradicts what is known.
bool Defragmenter::place_end(Queue& queue, const Fragment& fragment) {
  if (!fragment.more) {
    if (fragment.end < queue.length || (queue.has_last && fragment.end != queue.length))
      return false;
    queue.has_last = true;
    queue.length = fragment.end;
  } else if (fragment.end > queue.length) {
    if (queue.has_last) return false;
    queue.length = fragment.end;
  }
  return fragment.end != fragment.begin;
}

std::variant<skb::Skb, Held, Outcome> Defragmenter::add(Queue& queue, const Fragment& fragment,
                                                        skb::Skb packet, const Key& key) {
  const bool v4 = fragment.family == Family::Ipv4;
  if (!v4 && fragment.more && fragment.end % 8 != 0) {
    queues_.erase(key);
    return packet;  // the kernel lets it pass, for the stack to answer with a parameter problem
  }
  if (!place_end(queue, fragment)) {
    if (v4) queues_.erase(key);
    return dropped("fragments that contradict each other");
  }
  const auto after = std::ranges::find_if(
      queue.pieces, [&](const Piece& piece) { return piece.end > fragment.begin; });
  if (after != queue.pieces.end() && after->begin < fragment.end) {
    const bool inside = after->begin <= fragment.begin && fragment.end <= after->end;
    if (inside)
      return v4 ? std::variant<skb::Skb, Held, Outcome>(dropped("fragment seen before")) : Held();
    queues_.erase(key);
    return dropped("overlapping fragments");
  }
  const auto payload = packet.bytes().subspan(fragment.payload_at, fragment.end - fragment.begin);
  queue.pieces.insert(after, {fragment.begin, fragment.end, {payload.begin(), payload.end()}});
  queue.bytes += fragment.end - fragment.begin;
  queue.ecn |= fragment.ecn;
  queue.largest = std::max(queue.largest, fragment.size);
  if (fragment.dont_fragment) {
    queue.largest_unfragmentable = std::max(queue.largest_unfragmentable, fragment.size);
  }
  if (fragment.begin == 0) {
    const auto header = packet.bytes().first(fragment.payload_at);
    queue.header.assign(header.begin(), header.end());
    queue.next_header_at = fragment.next_header_at;
  }
  if (!queue.has_last || queue.bytes != queue.length || queue.pieces.front().begin != 0) {
    return Held();
  }
  const auto done = std::move(queues_.extract(key).mapped());
  if (combined_ecn(done.ecn) == kBadEcn) return dropped("fragments with contradicting ECN");
  if (done.header.size() + done.length > kLongest) return dropped("reassembled packet too long");
  return assemble(done, std::move(packet));
}

skb::Skb Defragmenter::assemble(const Queue& queue, skb::Skb packet) const {
  const bool v4 = packet.is_ipv4();
  Bytes whole = queue.header;
  if (!v4) {
    whole[queue.next_header_at] = whole[whole.size() - kFragmentSize];
    whole.resize(whole.size() - kFragmentSize);
  }
  auto how = std::make_shared<skb::Reassembled>();
  for (const auto& piece : queue.pieces) {
    whole.insert(whole.end(), piece.payload.begin(), piece.payload.end());
    how->sizes.push_back(piece.end - piece.begin);
  }
  how->largest = queue.largest;
  how->dont_fragment = v4 && queue.largest_unfragmentable == queue.largest;
  const auto ecn = combined_ecn(queue.ecn);
  if (v4) {
    store_be16(&whole[2], static_cast<std::uint16_t>(whole.size()));
    if (ecn <= 3) whole[1] |= std::byte{ecn};
    store_be16(&whole[6], how->dont_fragment ? kDontFragment : std::uint16_t{0});
    store_be16(&whole[10], 0);
    const auto header = (u8_at(whole, 0) & 0x0fU) * 4U;
    store_be16(&whole[10], packet::internet_checksum(BytesView(whole).first(header)));
  } else {
    store_be16(&whole[4], static_cast<std::uint16_t>(whole.size() - kIpv6Size));
    if (ecn <= 3) whole[1] |= static_cast<std::byte>(ecn << 4U);
  }
  packet.replace(whole, packet.ether_type());
  packet.reassembled = std::move(how);
  return packet;
}

void Defragmenter::forget_old() {
  std::erase_if(queues_, [this](const auto& entry) {
    const bool v4 = std::get<0>(entry.first).is_v4();
    const auto limit = v4 ? settings_.fragments_ipv4 : settings_.fragments_ipv6;
    return clock_.now - entry.second.since >= limit;
  });
}

}  // namespace topoproof::conntrack
