// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/reject.hh"

#include <array>

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/make_packet.hh"
#include "sim/transport.hh"

namespace topoproof::sim {
namespace {

// nft_reject.c: codes of icmpx in both families: no route, port, host, prohibited.
constexpr std::array<std::uint8_t, 4> kCodes4{0, 3, 1, 13};
constexpr std::array<std::uint8_t, 4> kCodes6{0, 4, 3, 1};

std::uint8_t code_of(const firewall::Reject& how, bool v4) {
  if (how.kind != firewall::RejectKind::AnyError || how.code >= kCodes4.size()) return how.code;
  return v4 ? kCodes4[how.code] : kCodes6[how.code];
}

// nf_reject_fill_skb_dst: before routing there is no way yet, and an error is sent only about what
// has one.
void give_way(const HookPlace& at, Packet& packet) {
  if (packet.way.kind != Way::Kind::None) return;
  const InputRoute route = route_input(at.world, at.host, at.in, packet.skb);
  if (route.end == End::None) packet.way = route.way;
}

// The answer belongs to the flow that it answers.
void attach(Packet& answer, const Packet& to) {
  if (to.skb.connection) conntrack::Tracker::attach(answer.skb, to.skb);
}

}  // namespace

void send_reject(const HookPlace& at, Packet& packet, const firewall::Reject& how) {
  give_way(at, packet);
  if (how.kind == firewall::RejectKind::TcpReset) {
    return send_reset(at.world, at.host, packet, [&](Packet& reset) { attach(reset, packet); });
  }
  const bool v4 = packet.skb.is_ipv4();
  const std::uint8_t type = v4 ? packet::Icmp::kUnreachable : packet::Icmpv6::kUnreachable;
  send_error(at.world, at.host, packet, type, code_of(how, v4));
}

}  // namespace topoproof::sim
