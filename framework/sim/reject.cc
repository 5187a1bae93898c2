// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/reject.hh"

#include <algorithm>
#include <array>

#include "packet/checksum.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/make_packet.hh"
#include "sim/transport.hh"

namespace topoproof::sim {
namespace {

// nf_reject_fill_skb_dst: before routing there is no way yet, and an error is sent only about what
// has one.
void give_way(const HookPlace& at, Packet& packet) {
  if (packet.way.kind != Way::Kind::None) return;
  const InputRoute route = route_input(at.world, at.host, at.in, packet.skb);
  if (route.end == End::None) packet.way = route.way;
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

}  // namespace

void send_reject(const HookPlace& at, Packet& packet, const machine::RejectAnswer& how) {
  if (!may_be_answered(packet.skb)) return;
  give_way(at, packet);
  if (how.tcp_reset) {
    return send_reset(at.world, at.host, packet, [&](Packet& reset) { attach(reset, packet); });
  }
  send_error(at.world, at.host, packet, how.icmp_type, how.icmp_code);
}

}  // namespace topoproof::sim
