// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/ip_output.hh"

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "sim/fragments.hh"
#include "sim/fragments6.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/neighbor.hh"
#include "sim/netfilter.hh"

namespace topoproof::sim {
namespace {

void finish(World& world, Host& host, Packet&& packet) {
  const Slot out = packet.way.out;
  const IpAddress next = packet.way.gateway.value_or(packet.skb.destination());
  send_to_neighbor(world, host, out, next, std::move(packet));
}

void finish_pieces(World& world, Host& host, const Packet& packet, std::vector<skb::Skb> pieces) {
  for (skb::Skb& piece : pieces) {
    Packet part = packet;
    part.skb = std::move(piece);
    finish(world, host, std::move(part));
  }
}

// ip_finish_output
void finish_ipv4(World& world, Host& host, Packet&& packet) {
  const std::uint32_t mtu = packet.way.mtu;
  const bool whole = packet.skb.size() <= mtu && packet.skb.reassembled == nullptr;
  if (whole) return finish(world, host, std::move(packet));
  if (must_not_be_fragmented(packet.skb, mtu)) {
    return complain(world, host, std::move(packet), End::TooBig, Complaint::TooBig, mtu);
  }
  finish_pieces(world, host, packet, fragments_of(packet.skb, mtu));
}

bool is_tcp(const skb::Skb& skb) { return skb.headers().protocol == packet::Tcp::kProtocol; }

// ip6_finish_output. Who sends datagrams here lets them be cut (ip6_sk_ignore_df), or has refused
// them before.
void finish_ipv6(World& world, Host& host, Packet&& packet) {
  const std::uint32_t mtu = packet.way.mtu;
  if (!needs_pieces6(packet.skb, mtu)) return finish(world, host, std::move(packet));
  if (packet.locally_made && is_tcp(packet.skb)) {
    return world.end_unknown(host, packet, "a local sender's segment larger than the MTU");
  }
  if (!packet.locally_made && is_too_big6(packet.skb, mtu)) {
    return complain(world, host, std::move(packet), End::TooBig, Complaint::TooBig, mtu);
  }
  finish_pieces(world, host, packet, fragments6_of(packet.skb, mtu));
}

}  // namespace

void output_ip(World& world, Host& host, Slot in, Packet&& packet) {
  packet.skb.out_interface = host.at(packet.way.out).index;
  if (!pass_hook(world, host, firewall::Hook::Postrouting, packet, in, packet.way.out)) return;
  if (packet.way.out == kLoopback) return finish(world, host, std::move(packet));
  if (packet.skb.is_ipv6()) return finish_ipv6(world, host, std::move(packet));
  finish_ipv4(world, host, std::move(packet));
}

}  // namespace topoproof::sim
