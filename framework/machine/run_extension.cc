// SPDX-License-Identifier: GPL-2.0-or-later
// Headers and options that must be searched for (nft_exthdr.c).
#include <algorithm>
#include <array>

#include "machine/extension.hh"
#include "machine/run.hh"
#include "packet/checksum.hh"
#include "packet/tcp.hh"

namespace topoproof::machine {
namespace {

constexpr std::uint8_t kMaximumSegmentSize = 2;
constexpr std::uint8_t kNoOperation = 1;
constexpr std::size_t kChecksum = 16;

// The whole TCP header with its options; empty where there is none.
std::span<std::byte> tcp_header(skb::Skb& packet, const skb::Headers& headers) {
  constexpr std::size_t kSize = 20;
  if (!headers.has_transport || headers.protocol != packet::Tcp::kProtocol ||
      headers.fragment_offset != 0)
    return {};
  const auto bytes = packet.writable();
  if (bytes.size() < headers.transport + kSize) return {};
  const auto words = std::to_integer<unsigned>(bytes[headers.transport + 12]) >> 4U;
  const std::size_t length = words * 4;
  if (length < kSize || bytes.size() < headers.transport + length) return {};
  return bytes.subspan(headers.transport, length);
}

// The checksum is over words: a byte counts by its place.
void mend(std::span<std::byte> tcp, std::size_t at, BytesView before, BytesView after) {
  const auto padded = [at](BytesView bytes) {
    const std::size_t lead = at % 2;
    Bytes out((lead + bytes.size() + 1) / 2 * 2);
    std::ranges::copy(bytes, out.begin() + static_cast<std::ptrdiff_t>(lead));
    return out;
  };
  const auto sum =
      packet::updated_checksum(load_be16(&tcp[kChecksum]), padded(before), padded(after));
  store_be16(&tcp[kChecksum], sum);
}

}  // namespace

void Run::other(const fw::ExtensionLoad& e, std::uint32_t /*index*/) {
  if (e.kind == fw::ExtensionKind::SctpChunk) return give_up("chunks of SCTP");
  const bool v6 = e.kind == fw::ExtensionKind::Ipv6Header;
  const bool v4 = e.kind == fw::ExtensionKind::Ipv4Option;
  if ((v6 && !packet_.is_ipv6()) || (v4 && !packet_.is_ipv4())) return fail();
  auto whole = packet_.bytes();
  Found found;
  if (v6) {
    found = find_ipv6_header(whole, e.type);
  } else if (v4) {
    found = find_ipv4_option(whole, e.type);
  } else {
    whole = tcp_header(packet_, headers_);
    found = find_tcp_option(whole, e.type);
    // An option too short for what is asked of it is as good as none.
    const bool fits = found.at && *found.at + found.length <= whole.size();
    if (!fits || e.offset + e.length > found.length) found.at.reset();
  }
  if (found.is_unknown) return give_up("IPv4 options of this kind");
  if (e.presence) return registers_.store8(e.to.word, found.at ? 1 : 0);
  if (!found.at || *found.at + e.offset + e.length > whole.size()) return fail();
  if (e.length % 4 != 0) registers_.word(e.to.word + e.length / 4) = 0;
  registers_.store(e.to.word, whole.subspan(*found.at + e.offset, e.length));
}

void Run::other(const fw::ExtensionStore& e, std::uint32_t /*index*/) {
  const auto tcp = tcp_header(packet_, headers_);
  if (tcp.empty()) return fail();
  const auto found = find_tcp_option(tcp, e.type);
  if (!found.at) return;
  if (*found.at + found.length > tcp.size() || e.offset + e.length > found.length) return fail();
  const auto at = *found.at + e.offset;
  const auto place = tcp.subspan(at, e.length);
  const Bytes before(place.begin(), place.end());
  const auto after = registers_.view(e.from.word, e.length);
  // A larger segment size than the sender can take would stall the connection.
  const bool is_mss = e.type == kMaximumSegmentSize && e.length == 2;
  if (is_mss && load_be16(before.data()) <= load_be16(after.data())) return;
  if (!packet_.checksum_partial) mend(tcp, at, before, after);
  std::ranges::copy(after, place.begin());
}

void Run::other(const fw::ExtensionReset& e, std::uint32_t /*index*/) {
  const auto tcp = tcp_header(packet_, headers_);
  if (tcp.empty()) return fail();
  const auto found = find_tcp_option(tcp, e.type);
  if (!found.at) return;
  if (*found.at + found.length > tcp.size()) return drop("an option longer than its header");
  const auto place = tcp.subspan(*found.at, found.length);
  const Bytes before(place.begin(), place.end());
  const Bytes nothing(place.size(), std::byte{kNoOperation});
  if (!packet_.checksum_partial) mend(tcp, *found.at, before, nothing);
  std::ranges::copy(nothing, place.begin());
}

}  // namespace topoproof::machine
