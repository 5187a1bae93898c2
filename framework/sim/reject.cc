// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/reject.hh"

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

// The answer belongs to the flow that it answers.
void attach(Packet& answer, const Packet& to) {
  if (to.skb.connection) conntrack::Tracker::attach(answer.skb, to.skb);
}

}  // namespace

void send_reject(const HookPlace& at, Packet& packet, const machine::RejectAnswer& how) {
  give_way(at, packet);
  if (how.tcp_reset) {
    return send_reset(at.world, at.host, packet, [&](Packet& reset) { attach(reset, packet); });
  }
  send_error(at.world, at.host, packet, how.icmp_type, how.icmp_code);
}

}  // namespace topoproof::sim
