// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/view.hh"

#include <algorithm>
#include <limits>

#include "packet/arp.hh"
#include "packet/ether.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/ipv4.hh"
#include "packet/ipv6.hh"
#include "packet/ipv6_extension.hh"
#include "packet/neighbor_discovery.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"

namespace topoproof::packet {
namespace {

constexpr std::size_t kBeyondAnyPacket = std::numeric_limits<std::size_t>::max();

Ipv6Address ipv6_at(const std::byte* at) {
  std::array<std::byte, 16> bytes{};
  std::copy_n(at, bytes.size(), bytes.begin());
  return Ipv6Address(bytes);
}

MacAddress mac_at(const std::byte* at) {
  std::array<std::byte, 6> bytes{};
  std::copy_n(at, bytes.size(), bytes.begin());
  return MacAddress(bytes);
}

// Takes `size` bytes off the payload. False, and nothing taken, if they are not there.
bool skip(PacketView& view, std::size_t size) {
  if (view.payload.size() < size) return false;
  view.payload = view.payload.subspan(size);
  // The payload is never longer than what the header states, so this cannot go below 0.
  if (view.payload_length) *view.payload_length -= static_cast<std::uint32_t>(size);
  return true;
}

// The same for a transport header: if it is cut off, nothing is known of a payload.
void skip_header(PacketView& view, std::size_t size) {
  if (skip(view, size)) return;
  view.payload = {};
  view.payload_length = std::nullopt;
}

// The payload behind an IP header of `header` bytes, going by the stated total length. A length
// that is smaller than its own header states nothing; the bytes then count as they are.
void limit_payload(PacketView& view, BytesView bytes, std::size_t header) {
  view.payload = bytes.subspan(std::min(header, bytes.size()));
  if (view.total_length < header) return;
  view.payload_length = view.total_length - static_cast<std::uint32_t>(header);
  view.payload =
      view.payload.first(std::min<std::size_t>(*view.payload_length, view.payload.size()));
}

void read_tcp(PacketView& view) {
  const BytesView header = view.payload;
  if (header.size() < 4) return;
  TcpView tcp{.sport = load_be16(&header[0]), .dport = load_be16(&header[2])};
  if (header.size() >= 8) tcp.seq = load_be32(&header[4]);
  if (header.size() >= 12) tcp.ack = load_be32(&header[8]);
  if (header.size() >= 14) tcp.flags = u8_at(header, 13);
  view.transport = tcp;
  // A data offset within the fixed header leaves no telling where the payload begins.
  const std::size_t size = header.size() < Tcp::kSize ? 0 : std::size_t{u8_at(header, 12)} / 16 * 4;
  skip_header(view, size < Tcp::kSize ? kBeyondAnyPacket : size);
}

void read_udp(PacketView& view) {
  const BytesView header = view.payload;
  if (header.size() < 4) return;
  view.transport = UdpView{.sport = load_be16(&header[0]), .dport = load_be16(&header[2])};
  skip_header(view, Udp::kSize);
}

// The second word of the header, which means something else in every type. REQUIRES: 8 bytes.
void read_icmp_details(IcmpView& icmp, BytesView header) {
  switch (icmp.type) {
    case Icmp::kUnreachable:
      if (icmp.code == Icmp::kFragmentationNeeded) icmp.mtu = load_be16(&header[6]);
      return;
    case Icmp::kRedirect:
      icmp.gateway = Ipv4Address(load_be32(&header[4]));
      return;
    default:
      return;
  }
}

void read_icmp(PacketView& view) {
  const BytesView header = view.payload;
  if (header.size() < 2) return;
  IcmpView icmp{.type = u8_at(header, 0), .code = u8_at(header, 1)};
  const bool v6 = view.protocol == Icmpv6::kProtocol;
  const bool echo = v6 ? Icmpv6::is_echo(icmp.type) : Icmp::is_echo(icmp.type);
  if (echo && header.size() >= 6) icmp.id = load_be16(&header[4]);
  if (echo && header.size() >= 8) icmp.sequence = load_be16(&header[6]);
  if (!v6 && header.size() >= 8) read_icmp_details(icmp, header);
  if (v6 && icmp.type == Icmpv6::kTooBig && header.size() >= 8) icmp.mtu = load_be32(&header[4]);
  view.transport = icmp;
  skip_header(view, Icmp::kSize);
}

void read_transport(PacketView& view) {
  if (view.fragment_offset != 0) return;
  switch (view.protocol) {
    case Tcp::kProtocol:
      return read_tcp(view);
    case Udp::kProtocol:
      return read_udp(view);
    case Icmp::kProtocol:
    case Icmpv6::kProtocol:
      return read_icmp(view);
    default:
      return;
  }
}

std::optional<PacketView> parse_ipv4(BytesView bytes) {
  const std::size_t header = std::size_t{u8_at(bytes, 0)} % 16 * 4;
  if (bytes.size() < Ipv4::kSize || header < Ipv4::kSize) return std::nullopt;
  PacketView view;
  const std::uint16_t fragment = load_be16(&bytes[6]);
  view.src = Ipv4Address(load_be32(&bytes[12]));
  view.dst = Ipv4Address(load_be32(&bytes[16]));
  view.protocol = u8_at(bytes, 9);
  view.ttl = u8_at(bytes, 8);
  view.id = load_be16(&bytes[4]);
  view.dont_fragment = (fragment & 0x4000) != 0;
  view.more_fragments = (fragment & 0x2000) != 0;
  view.fragment_offset = (fragment & 0x1fffu) * 8;
  view.total_length = load_be16(&bytes[2]);
  limit_payload(view, bytes, header);
  if (bytes.size() >= header) read_transport(view);
  return view;
}

void read_ipv6_fragment(PacketView& view) {
  const std::uint16_t word = load_be16(&view.payload[2]);
  view.fragment_offset = word & 0xfff8u;
  view.more_fragments = (word & 1) != 0;
  view.id = load_be32(&view.payload[4]);
}

// Steps over one extension header. False where there is none, or not all of it.
bool skip_extension(PacketView& view) {
  const bool is_fragment = view.protocol == Ipv6Fragment::kProtocol;
  const bool is_options = view.protocol == HopByHop::kProtocol ||
                          view.protocol == Routing::kProtocol ||
                          view.protocol == DestinationOptions::kProtocol;
  if (!(is_fragment || is_options) || view.payload.size() < 8) return false;
  if (is_fragment) read_ipv6_fragment(view);
  const std::uint8_t next = u8_at(view.payload, 0);
  if (!skip(view, is_fragment ? 8 : (std::size_t{u8_at(view.payload, 1)} + 1) * 8)) return false;
  view.protocol = next;
  return true;
}

std::optional<PacketView> parse_ipv6(BytesView bytes) {
  if (bytes.size() < Ipv6::kSize) return std::nullopt;
  PacketView view;
  view.src = ipv6_at(&bytes[8]);
  view.dst = ipv6_at(&bytes[24]);
  view.protocol = u8_at(bytes, 6);
  view.ttl = u8_at(bytes, 7);
  view.total_length = static_cast<std::uint32_t>(Ipv6::kSize) + load_be16(&bytes[4]);
  // A length of 0 with something to follow is a jumbo or not yet segmented packet (RFC 2675).
  if (load_be16(&bytes[4]) == 0 && view.protocol != kNoNextProtocol) view.total_length = 0;
  limit_payload(view, bytes, Ipv6::kSize);
  while (view.fragment_offset == 0 && skip_extension(view)) {
  }
  read_transport(view);
  return view;
}

}  // namespace

std::optional<std::uint16_t> PacketView::sport() const {
  if (const auto* t = tcp()) return t->sport;
  if (const auto* u = udp()) return u->sport;
  return std::nullopt;
}

std::optional<std::uint16_t> PacketView::dport() const {
  if (const auto* t = tcp()) return t->dport;
  if (const auto* u = udp()) return u->dport;
  return std::nullopt;
}

bool PacketView::is_icmp_error() const {
  const IcmpView* message = icmp();
  if (message == nullptr) return false;
  return protocol == Icmp::kProtocol ? Icmp::is_error(message->type)
                                     : Icmpv6::is_error(message->type);
}

std::optional<PacketView> PacketView::quoted() const {
  return is_icmp_error() ? parse_view(payload) : std::nullopt;
}

std::optional<PacketView> parse_view(BytesView bytes) {
  if (bytes.empty()) return std::nullopt;
  switch (u8_at(bytes, 0) >> 4) {
    case 4:
      return parse_ipv4(bytes);
    case 6:
      return parse_ipv6(bytes);
    default:
      return std::nullopt;
  }
}

std::optional<NeighborView> parse_arp_view(BytesView bytes) {
  Reader in(bytes);
  const auto arp = Arp::decode(in);
  if (!arp) return std::nullopt;
  if (arp->operation == Arp::kRequest) {
    return NeighborView{NeighborView::Kind::Request, arp->sender_ip, arp->target_ip,
                        arp->sender_mac};
  }
  if (arp->operation != Arp::kReply) return std::nullopt;
  return NeighborView{NeighborView::Kind::Answer, arp->sender_ip, arp->sender_ip, arp->sender_mac};
}

std::optional<NeighborView> parse_neighbor_view(const PacketView& packet) {
  const IcmpView* icmp = packet.icmp();
  const bool v6 = icmp != nullptr && packet.protocol == Icmpv6::kProtocol;
  if (!v6 || packet.payload.size() < NdTarget::kSize) return std::nullopt;
  const bool asks = icmp->type == Icmpv6::kNeighborSolicitation;
  if (!asks && icmp->type != Icmpv6::kNeighborAdvertisement) return std::nullopt;
  return NeighborView{asks ? NeighborView::Kind::Request : NeighborView::Kind::Answer, packet.src,
                      ipv6_at(packet.payload.data()),
                      find_nd_link_address(packet.payload.subspan(NdTarget::kSize),
                                           asks ? kNdSourceLinkAddress : kNdTargetLinkAddress)};
}

std::optional<FrameView> parse_frame_view(BytesView bytes) {
  if (bytes.size() < Ether::kSize) return std::nullopt;
  FrameView frame{.src = mac_at(&bytes[6]),
                  .dst = mac_at(&bytes[0]),
                  .ether_type = load_be16(&bytes[12]),
                  .network = bytes.subspan(Ether::kSize)};
  while (frame.ether_type == Vlan::kEtherType || frame.ether_type == Vlan::kServiceTag) {
    if (frame.network.size() < Vlan::kSize) return std::nullopt;
    if (!frame.vlan) frame.vlan = load_be16(&frame.network[0]) & 0x0fff;
    frame.ether_type = load_be16(&frame.network[2]);
    frame.network = frame.network.subspan(Vlan::kSize);
  }
  return frame;
}

}  // namespace topoproof::packet
