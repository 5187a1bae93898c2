// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/device.hh"

#include "packet/ether.hh"
#include "sim/bridge.hh"
#include "sim/ip.hh"
#include "sim/neighbor.hh"
#include "sim/netfilter.hh"

namespace topoproof::sim {
namespace {

// veth_xmit, and in the other namespace eth_type_trans.
void cross_veth(World& world, Host& host, const Interface& out, Packet&& packet) {
  const Interface& peer = world.hosts[out.peer.node].at(out.peer.slot);
  // is_skb_forwardable: a VLAN tag more than the MTU is let pass.
  if (packet.skb.size() > peer.mtu + 4) return world.end(host, packet, End::LinkDown);
  const std::uint32_t mark = packet.skb.mark;
  packet.skb.scrub();
  if (out.peer.node == host.id) packet.skb.mark = mark;
  packet.way = {};
  packet.bridged.reset();
  packet.locally_made = false;
  packet.is_copy = false;
  packet.detours = 0;
  packet.skb.type = packet_type(packet.skb.link->destination, peer);
  if (!out.impaired) return world.send(out.peer, std::move(packet));
  const auto arrivals =
      out.impaired->pass(packet.skb.bytes(), packet.skb.size() + packet::Ether::kSize, world.now());
  if (arrivals.empty()) {
    const bool loses_all = out.impaired->impairment().loss.millionths == impair::Share::kAll;
    return world.end(host, packet, End::Impaired, loses_all ? 1 : 0);
  }
  for (const Time arrival : arrivals) world.send_at(arrival, out.peer, Packet(packet));
}

// loopback_xmit: the route, the mark and the connection stay.
void cross_loopback(World& world, const Host& host, Packet&& packet) {
  packet.skb.type = skb::PacketType::Host;
  packet.locally_made = false;
  packet.is_copy = false;
  packet.detours = 0;
  world.send({host.id, kLoopback}, std::move(packet));
}

}  // namespace

skb::PacketType packet_type(const MacAddress& destination, const Interface& interface) {
  if (destination == interface.mac) return skb::PacketType::Host;
  if (destination == MacAddress::broadcast()) return skb::PacketType::Broadcast;
  return destination.is_multicast() ? skb::PacketType::Multicast : skb::PacketType::OtherHost;
}

bool has_carrier(const World& world, const Interface& interface) {
  if (!interface.up) return false;
  if (interface.kind != state::LinkKind::Veth) return true;
  if (!interface.peer.is_set()) return false;
  return world.hosts[interface.peer.node].at(interface.peer.slot).up;
}

void transmit(World& world, Host& host, Slot out, Packet&& packet) {
  const Interface& interface = host.at(out);
  if (!interface.up) return world.end(host, packet, End::LinkDown);
  if (++packet.hops > kMostHops) return world.end(host, packet, End::Storm);
  if (!pass_device_hook(world, host, firewall::Hook::Egress, packet, out)) return;
  // Without a carrier the queue takes nothing (dev_deactivate): no tap sees it.
  if (!has_carrier(world, interface)) return world.end(host, packet, End::LinkDown);
  // A packet socket on the loopback sees what comes in, not that it was sent.
  if (out != kLoopback) world.note(host, packet, Event::Sent, out);
  switch (interface.kind) {
    case state::LinkKind::Loopback:
      return cross_loopback(world, host, std::move(packet));
    case state::LinkKind::Bridge:
      return transmit_by_bridge(world, host, out, std::move(packet));
    case state::LinkKind::Veth:
      return cross_veth(world, host, interface, std::move(packet));
    case state::LinkKind::Other:
      return world.end_unknown(host, packet, "a link that is no veth, bridge or loopback");
  }
}

void receive(World& world, Host& host, Slot in, Packet&& packet) {
  if (!host.at(in).up) return world.end(host, packet, End::LinkDown);
  world.note(host, packet, Event::Received, in);
  world.show(host, in, packet);
  if (!host.unknown.empty()) return world.end_unknown(host, packet, host.unknown);
  packet.skb.in_interface = host.at(in).index;
  if (!pass_device_hook(world, host, firewall::Hook::Ingress, packet, in)) return;
  if (host.at(in).master != kNoSlot) {
    return receive_by_bridge(world, host, in, std::move(packet));
  }
  switch (packet.skb.ether_type()) {
    case skb::kEtherIpv4:
    case skb::kEtherIpv6:
      return receive_ip(world, host, in, std::move(packet));
    case skb::kEtherArp:
      return receive_arp(world, host, in, packet);
    default:
      return world.end(host, packet, End::Consumed);
  }
}

}  // namespace topoproof::sim
