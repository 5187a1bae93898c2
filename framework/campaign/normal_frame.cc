// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/normal_frame.hh"

#include <algorithm>
#include <optional>

#include "packet/arp.hh"
#include "packet/checksum.hh"
#include "packet/ether.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/ipv6_extension.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"
#include "packet/view.hh"

namespace topoproof::campaign {
namespace {

constexpr std::size_t kIpv4IdAt = 4;
constexpr std::size_t kIpv4ChecksumAt = 10;
constexpr std::size_t kIpv6NextHeaderAt = 6;
constexpr std::size_t kFragmentIdAt = 44;  // behind the IPv6 header
constexpr std::uint8_t kIgmp = 2;
constexpr std::uint32_t kFlowLabel = 0x000f'ffff;

bool is_own(const packet::PacketView& view) {
  if (const auto* tcp = view.tcp()) return tcp->flags && (*tcp->flags & packet::Tcp::kRst) != 0;
  // Further fragments of the node's own answers do not tell whose they are.
  const bool may_be_an_answer = view.src.is_v6() || view.protocol == packet::Icmp::kProtocol;
  if (may_be_an_answer && view.fragment_offset != 0) return true;
  const auto* icmp = view.icmp();
  if (icmp == nullptr) return false;
  return view.is_icmp_error() || icmp->type == packet::Icmp::kEchoReply ||
         icmp->type == packet::Icmpv6::kEchoReply;
}

std::optional<std::size_t> checksum_place(std::uint8_t protocol) {
  if (protocol == packet::Tcp::kProtocol) return 16;
  if (protocol == packet::Udp::kProtocol) return 6;
  if (protocol == packet::Icmp::kProtocol || protocol == packet::Icmpv6::kProtocol) return 2;
  return std::nullopt;
}

// Right, or the sum that the device begins with.
bool is_good(const packet::PacketView& view, BytesView segment, std::size_t at) {
  if (view.protocol == packet::Icmp::kProtocol) return packet::internet_checksum(segment) == 0;
  auto sum = packet::pseudo_header(view.src, view.dst, view.protocol,
                                   static_cast<std::uint32_t>(segment.size()));
  const std::uint16_t begun = sum.folded();
  return load_be16(segment.data() + at) == begun || sum.add(segment).checksum() == 0;
}

void clear_transport_checksum(std::span<std::byte> network, const packet::PacketView& view) {
  const std::size_t header =
      view.src.is_v4() ? 4 * (std::to_integer<std::size_t>(network[0]) & 0xf) : std::size_t{40};
  const auto at = checksum_place(view.protocol);
  if (!at || view.is_fragment() || network.size() < header + *at + 2) return;
  const auto segment = network.subspan(header);
  if (is_good(view, segment, *at)) store_be16(segment.data() + *at, 0);
}

void clear_identity(std::span<std::byte> network, bool v4) {
  if (!v4) {
    store_be32(network.data(), load_be32(network.data()) & ~kFlowLabel);
    const bool is_fragment =
        network[kIpv6NextHeaderAt] == std::byte{packet::Ipv6Fragment::kProtocol};
    if (is_fragment) store_be32(network.data() + kFragmentIdAt, 0);
    return;
  }
  const std::size_t header = 4 * (std::to_integer<std::size_t>(network[0]) & 0xf);
  if (packet::internet_checksum(network.first(header)) == 0) {
    store_be16(network.data() + kIpv4ChecksumAt, 0);
  }
  store_be16(network.data() + kIpv4IdAt, 0);
}

}  // namespace

bool is_arp(BytesView frame) {
  return frame.size() >= packet::Ether::kSize &&
         load_be16(&frame[packet::Ether::kSize - 2]) == packet::Arp::kEtherType;
}

bool asks_for_neighbor(BytesView frame) {
  if (frame.size() < packet::Ether::kSize) return false;
  if (is_arp(frame)) return true;
  const auto view = packet::parse_view(frame.subspan(packet::Ether::kSize));
  return view && view->src.is_v6() && view->icmp() != nullptr &&
         view->icmp()->type == packet::Icmpv6::kNeighborSolicitation;
}

bool is_noise(BytesView frame) {
  if (frame.size() < packet::Ether::kSize || is_arp(frame)) return true;
  if (frame[0] == std::byte{0x33} && frame[1] == std::byte{0x33}) return true;
  const auto view = packet::parse_view(frame.subspan(packet::Ether::kSize));
  return view && view->src.is_v4() && view->protocol == kIgmp;
}

namespace {

enum class Checksums { Cleared, Kept };

Bytes normal_form(BytesView frame, Checksums checksums) {
  Bytes normal(frame.begin(), frame.end());
  if (normal.size() < packet::Ether::kSize) return normal;
  const auto view = packet::parse_view(BytesView(frame).subspan(packet::Ether::kSize));
  if (!view) return normal;
  // What Ethernet padded is no part of the packet.
  normal.resize(std::min<std::size_t>(normal.size(), packet::Ether::kSize + view->total_length));
  const auto network = std::span(normal).subspan(packet::Ether::kSize);
  if (checksums == Checksums::Cleared) clear_transport_checksum(network, *view);
  if (!is_own(*view)) return normal;
  clear_identity(network, view->src.is_v4());
  const bool was_right = view->src.is_v4() && load_be16(network.data() + kIpv4ChecksumAt) == 0;
  if (checksums == Checksums::Kept && was_right) {
    const std::size_t header = 4 * (std::to_integer<std::size_t>(network[0]) & 0xf);
    store_be16(network.data() + kIpv4ChecksumAt, packet::internet_checksum(network.first(header)));
  }
  return normal;
}

}  // namespace

Bytes make_normal(BytesView frame) { return normal_form(frame, Checksums::Cleared); }

Bytes without_identity(BytesView frame) { return normal_form(frame, Checksums::Kept); }

}  // namespace topoproof::campaign
