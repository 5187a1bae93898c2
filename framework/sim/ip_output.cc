// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/ip_output.hh"

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "sim/fragments.hh"
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

}  // namespace

void output_ip(World& world, Host& host, Slot in, Packet&& packet) {
  packet.skb.out_interface = host.at(packet.way.out).index;
  if (!pass_hook(world, host, firewall::Hook::Postrouting, packet, in, packet.way.out)) return;
  const std::uint32_t mtu = packet.way.mtu;
  const bool whole = packet.skb.size() <= mtu && packet.skb.reassembled == nullptr;
  if (whole || packet.way.out == kLoopback) return finish(world, host, std::move(packet));
  if (packet.skb.is_ipv6()) {
    return world.end_unknown(host, packet, "a fragmented IPv6 packet");
  }
  if (must_not_be_fragmented(packet.skb, mtu)) {
    return complain(world, host, std::move(packet), End::TooBig, Complaint::TooBig, mtu);
  }
  for (skb::Skb& piece : fragments_of(packet.skb, mtu)) {
    Packet part = packet;
    part.skb = std::move(piece);
    finish(world, host, std::move(part));
  }
}

}  // namespace topoproof::sim
