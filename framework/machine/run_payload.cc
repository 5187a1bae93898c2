// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of the packet into registers and back (nft_payload.c).
#include <algorithm>
#include <cstring>

#include "machine/run.hh"
#include "packet/checksum.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"

namespace topoproof::machine {
namespace {

std::optional<std::size_t> transport_checksum(std::uint8_t protocol) {
  if (protocol == packet::Tcp::kProtocol) return 16;
  if (protocol == packet::Udp::kProtocol || protocol == skb::kUdpLite) return 6;
  if (protocol == packet::Icmpv6::kProtocol) return 2;
  return {};
}

// Changed bytes of an odd count are summed as if a zero followed.
Bytes even(BytesView bytes) {
  Bytes out(bytes.begin(), bytes.end());
  if (out.size() % 2 != 0) out.push_back(std::byte{0});
  return out;
}

// Not 0 in any case: nft_csum_replace() writes 0xffff for it.
void replace_checksum(std::byte* at, BytesView before, BytesView after) {
  const auto sum = packet::updated_checksum(load_be16(at), even(before), even(after));
  store_be16(at, sum == 0 ? 0xffff : sum);
}

}  // namespace

namespace {

struct Stretch {
  std::size_t begin;
  std::size_t end;
  bool meets(std::size_t from, std::size_t to) const { return from < end && to > begin; }
};

// Numbers, window and checksum of TCP; the checksum of others.
bool is_drawn_in_header(std::uint8_t protocol, std::size_t from, std::size_t to) {
  if (protocol == packet::Tcp::kProtocol) {
    return Stretch{4, 12}.meets(from, to) || Stretch{14, 18}.meets(from, to);
  }
  const auto checksum = protocol == packet::Icmp::kProtocol ? std::optional<std::size_t>(2)
                                                            : transport_checksum(protocol);
  return checksum && Stretch{*checksum, *checksum + 2}.meets(from, to);
}

}  // namespace

bool Run::is_placeholder_part(std::size_t from, std::size_t to) const {
  if (packet_.has_drawn_id) {
    const bool v4 = packet_.is_ipv4();
    if (v4 ? Stretch{4, 6}.meets(from, to) || Stretch{10, 12}.meets(from, to)
           : Stretch{2, 4}.meets(from, to)) {
      return true;
    }
  }
  if (!packet_.has_drawn_data || to <= headers_.transport) return false;
  if (!headers_.has_transport || headers_.fragment_offset != 0) return true;
  const auto data = inner_offset().value_or(headers_.transport + 8);  // of ICMP
  if (to > data) return true;
  const std::size_t start = headers_.transport;
  return is_drawn_in_header(headers_.protocol, from > start ? from - start : 0, to - start);
}

void Run::load_payload(const code::LoadPayload& i) {
  if (i.length % 4 != 0) registers_.word(i.to + i.length / 4U) = 0;
  if (i.base == fw::PayloadBase::Link) {
    if (!packet_.link) return fail();
    const auto header = link_header();
    if (i.offset + i.length <= header.size()) {
      return registers_.store(i.to, BytesView(header).subspan(i.offset, i.length));
    }
    if (i.offset < header.size()) {
      Bytes both(header.begin() + i.offset, header.end());
      const auto rest = both.size();
      if (packet_.size() < i.length - rest) return fail();
      const auto more = packet_.bytes().first(i.length - rest);
      both.insert(both.end(), more.begin(), more.end());
      return registers_.store(i.to, both);
    }
  }
  const auto base = payload_base(i.base);
  if (!base) return fail();
  const auto begin = i.base == fw::PayloadBase::Link ? i.offset - 14U : *base + i.offset;
  if (begin + i.length > packet_.size()) return fail();
  if (is_placeholder(begin, begin + i.length)) return give_up(kDrawnBytes);
  registers_.store(i.to, packet_.bytes().subspan(begin, i.length));
}

std::array<std::byte, 14> Run::link_header() const {
  std::array<std::byte, 14> header;
  const auto& link = *packet_.link;
  std::ranges::copy(link.destination.bytes(), header.begin());
  std::ranges::copy(link.source.bytes(), header.begin() + 6);
  store_be16(&header[12], link.ether_type);
  return header;
}

std::optional<std::size_t> Run::payload_base(fw::PayloadBase base) {
  switch (base) {
    case fw::PayloadBase::Link:
    case fw::PayloadBase::Network:
      return 0;
    case fw::PayloadBase::Transport:
      if (!headers_.has_transport || headers_.fragment_offset != 0) return {};
      return headers_.transport;
    case fw::PayloadBase::Inner:
      return inner_offset();
  }
  return {};
}

// What TCP or UDP carry.
std::optional<std::size_t> Run::inner_offset() const {
  if (!headers_.has_transport || headers_.fragment_offset != 0) return {};
  if (headers_.protocol == packet::Udp::kProtocol) return headers_.transport + packet::Udp::kSize;
  if (headers_.protocol != packet::Tcp::kProtocol || packet_.size() < headers_.transport + 20)
    return {};
  const auto words = std::to_integer<unsigned>(packet_.bytes()[headers_.transport + 12]) >> 4U;
  return headers_.transport + words * 4U;
}

void Run::other(const fw::PayloadStore& e, std::uint32_t /*index*/) {
  if (e.base == fw::PayloadBase::Link) return store_link(e);
  if (e.checksum == fw::ChecksumKind::SctpCrc32c) return give_up("a change of SCTP");
  const auto base = payload_base(e.base);
  if (!base) return fail();
  const auto begin = *base + e.offset;
  if (begin + e.length > packet_.size()) return fail();
  const auto view = packet_.bytes().subspan(begin, e.length);
  const Bytes before(view.begin(), view.end());
  const auto after = registers_.view(e.from.word, e.length);
  if (!mend_checksums(e, *base, before, after)) return fail();
  std::ranges::copy(after, packet_.writable().begin() + static_cast<std::ptrdiff_t>(begin));
  packet_.change_layout();
  headers_ = find_headers();
}

// RETURNS: false if the packet ends before the checksum.
bool Run::mend_checksums(const fw::PayloadStore& e, std::size_t base, BytesView before,
                         BytesView after) {
  const bool own = e.checksum == fw::ChecksumKind::Internet;
  const bool network = e.base == fw::PayloadBase::Network;
  if (!own && e.checksum_flags == 0) return true;
  if (!network && packet_.checksum_partial) return true;
  const auto bytes = packet_.writable();
  if (own) {
    const auto at = base + e.checksum_offset;
    if (at + 2 > bytes.size()) return false;
    replace_checksum(&bytes[at], before, after);
  }
  // That of a header whose pseudo header has changed; none in a UDP packet that goes without.
  const auto place = transport_checksum(headers_.protocol);
  const bool whole = headers_.has_transport && headers_.fragment_offset == 0;
  if (e.checksum_flags == 0 || !whole || !place || packet_.checksum_partial) return true;
  const auto at = headers_.transport + *place;
  if (at + 2 > bytes.size()) return false;
  if (headers_.protocol == packet::Udp::kProtocol && load_be16(&bytes[at]) == 0) return true;
  replace_checksum(&bytes[at], before, after);
  return true;
}

void Run::store_link(const fw::PayloadStore& e) {
  if (!packet_.link) return fail();
  auto header = link_header();
  if (e.offset + e.length > header.size()) return give_up("a change behind the link header");
  const auto value = registers_.view(e.from.word, e.length);
  std::ranges::copy(value, header.begin() + static_cast<std::ptrdiff_t>(e.offset));
  std::array<std::byte, 6> mac;
  std::copy_n(header.begin(), 6, mac.begin());
  packet_.link->destination = MacAddress(mac);
  std::copy_n(header.begin() + 6, 6, mac.begin());
  packet_.link->source = MacAddress(mac);
  packet_.link->ether_type = load_be16(&header[12]);
}

}  // namespace topoproof::machine
