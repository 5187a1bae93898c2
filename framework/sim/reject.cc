// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/reject.hh"

#include <algorithm>
#include <array>

#include "packet/checksum.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"
#include "sim/bridge.hh"
#include "sim/device.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/make_packet.hh"
#include "sim/transport.hh"

namespace topoproof::sim {
namespace {

// nf_reject_fill_skb_dst: before routing there is no way yet, and only what has one is answered. It
// gets that of a packet to its sender, whomever it was for: so the answer comes from the address of
// the interface, even if the packet was for another one of the node's. RETURNS: false if there is
// none.
bool give_way(const HookPlace& at, Packet& packet) {
  if (packet.way.kind != Way::Kind::None) return true;
  const OutputRoute back = route_output(at.world, at.host, {.destination = packet.skb.source()});
  packet.way = back.way;
  return back.end == End::None;
}

// Of these the checksum is optional, another one, or not of the whole (nf_reject_verify_csum).
bool has_whole_checksum(const skb::Skb& skb) {
  constexpr std::array<std::uint8_t, 6> kOthers{33, 47, 50, 51, 132, 136};
  const std::uint8_t protocol = skb.headers().protocol;
  const BytesView transport = skb.transport();
  if (protocol == packet::Udp::kProtocol) {
    return transport.size() < 8 || load_be16(transport.data() + 6) != 0;
  }
  return std::ranges::find(kOthers, protocol) == kOthers.end();
}

// nf_ip_checksum, nf_ip6_checksum: IPv4 has a pseudo header for TCP and UDP only.
bool has_right_sum(const skb::Skb& skb) {
  const BytesView transport = skb.transport();
  const std::uint8_t protocol = skb.headers().protocol;
  const bool pseudo =
      skb.is_ipv6() || protocol == packet::Tcp::kProtocol || protocol == packet::Udp::kProtocol;
  packet::InternetSum sum;
  if (pseudo) {
    sum = packet::pseudo_header(skb.source(), skb.destination(), protocol,
                                static_cast<std::uint32_t>(transport.size()));
  }
  return sum.add(transport).checksum() == 0;
}

// What may be broken is not answered; nor what is a later fragment.
bool may_be_answered(const skb::Skb& skb) {
  if (skb.headers().fragment_offset != 0 || skb.transport().empty()) return false;
  return skb.checksum_partial || !has_whole_checksum(skb) || has_right_sum(skb);
}

// The answer belongs to the flow that it answers.
void attach(Packet& answer, const Packet& to) {
  if (to.skb.connection) conntrack::Tracker::attach(answer.skb, to.skb);
}

// nf_skb_is_icmp_unreach: errors of this kind alone are not answered by the like.
bool is_unreachable_error(const skb::Skb& skb) {
  const bool v4 = skb.is_ipv4();
  const std::uint8_t protocol = v4 ? packet::Icmp::kProtocol : packet::Icmpv6::kProtocol;
  const std::uint8_t type = v4 ? packet::Icmp::kUnreachable : packet::Icmpv6::kUnreachable;
  return skb.headers().protocol == protocol && !skb.transport().empty() &&
         skb.transport()[0] == std::byte{type};
}

// nf_reject_skb_v4_unreach, nf_reject_skb_v6_unreach
std::optional<skb::Skb> make_unreachable(const Host& host, const skb::Skb& about,
                                         const machine::RejectAnswer& how) {
  if (is_unreachable_error(about)) return std::nullopt;
  const std::size_t room = about.is_ipv4() ? 536 : 1220;
  const IpFields ip{
      .source = about.destination(), .destination = about.source(), .ttl = host.settings->ttl};
  return skb::Skb(make_icmp(ip, how.icmp_type, how.icmp_code, 0,
                            about.bytes().first(std::min(room, about.size()))),
                  about.ether_type());
}

// In a bridge and at a device there is no route: the answer goes back as it came, as if from whom
// the frame was for (nft_reject_bridge.c, nft_reject_netdev.c).
void answer_frame(const HookPlace& at, const Packet& packet, const machine::RejectAnswer& how) {
  const skb::LinkHeader& link = *packet.skb.link;
  if (link.destination.is_multicast()) return;
  auto made =
      how.tcp_reset ? make_reset(at.host, packet.skb) : make_unreachable(at.host, packet.skb, how);
  if (!made) return;
  const std::uint32_t detail = answer_detail(how.tcp_reset, how.icmp_type, how.icmp_code);
  Packet answer{.skb = std::move(*made),
                .tail = at.world.answer(at.host, packet.tail, Event::Answered, detail),
                .locally_made = true};
  answer.skb.link = skb::LinkHeader{link.destination, link.source, link.ether_type};
  if (at.family == firewall::TableFamily::Netdev) {
    return transmit(at.world, at.host, at.in, std::move(answer));
  }
  send_by_port(at.world, at.host, at.in, std::move(answer));
}

bool is_frame(firewall::TableFamily family) {
  return family == firewall::TableFamily::Bridge || family == firewall::TableFamily::Netdev;
}

}  // namespace

void send_reject(const HookPlace& at, Packet& packet, const machine::RejectAnswer& how) {
  if (is_frame(at.family)) {
    const bool sound =
        skb::parse_unchecked_headers(packet.skb.bytes(), packet.skb.ether_type()).has_transport;
    if (sound && may_be_answered(packet.skb)) answer_frame(at, packet, how);
    return;
  }
  if (!may_be_answered(packet.skb) || !give_way(at, packet)) return;
  if (how.tcp_reset) {
    return send_reset(at.world, at.host, packet, [&](Packet& reset) {
      // nf_reject_ip_tcphdr_put; of IPv6 it is whole at once.
      if (reset.skb.is_ipv4()) skb::begin_checksum(reset.skb);
      attach(reset, packet);
    });
  }
  send_error(at.world, at.host, packet, how.icmp_type, how.icmp_code);
}

}  // namespace topoproof::sim
