// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/neighbor.hh"

#include <algorithm>
#include <utility>

#include "packet/arp.hh"
#include "packet/icmpv6.hh"
#include "packet/stack.hh"
#include "sim/device.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/netfilter.hh"
#include "sim/route.hh"

namespace topoproof::sim {
namespace {

// 33:33 with the last four bytes of a group (RFC 2464 7).
MacAddress group_mac(const IpAddress& group) {
  if (group.is_v4())
    return MacAddress::from_bits(0x0100'5e00'0000 | (group.v4().bits() & 0x7fffff));
  return MacAddress::from_bits(0x3333'0000'0000 | load_be32(group.v6().bytes().data() + 12));
}

// arp_xmit
void send_arp(World& world, Host& host, Slot out, const MacAddress& to, const packet::Arp& arp,
              RecordId cause) {
  Packet packet{.skb = skb::Skb(packet::build(packet::arp(arp)), skb::kEtherArp),
                .tail = cause,
                .locally_made = true};
  packet.skb.link = skb::LinkHeader{host.at(out).mac, to, skb::kEtherArp};
  if (!pass_arp_hook(world, host, firewall::Hook::Output, packet, out)) return;
  transmit(world, host, out, std::move(packet));
}

// arp_solicit: with arp_announce 0 the waiting packet's own source, if it is an address of ours.
std::optional<Ipv4Address> arp_source(const World& world, const Host& host,
                                      const Neighbor& neighbor) {
  const IpAddress packets = neighbor.waiting.front().skb.source();
  if (host.at(neighbor.slot).settings->arp_announce == 0 && host.has_address(packets)) {
    return packets.v4();
  }
  const auto chosen = select_address(world, host, neighbor.slot, neighbor.address);
  return chosen ? std::optional(chosen->v4()) : std::nullopt;
}

void ask_by_arp(World& world, Host& host, const Neighbor& neighbor, RecordId cause) {
  const auto source = arp_source(world, host, neighbor);
  const packet::Arp request{.operation = packet::Arp::kRequest,
                            .sender_mac = host.at(neighbor.slot).mac,
                            .sender_ip = source.value_or(Ipv4Address()),
                            .target_ip = neighbor.address.v4()};
  send_arp(world, host, neighbor.slot, MacAddress::broadcast(), request, cause);
}

// ndisc_solicit: the waiting packet's own source if it is an address of the interface, else that of
// the link; without one nobody is asked.
std::optional<IpAddress> discovery_source(const Interface& interface, const IpAddress& packets) {
  const bool is_own = std::ranges::any_of(
      interface.addresses, [&](const InterfaceAddress& own) { return own.address == packets; });
  return is_own ? packets : link_address(interface);
}

// The packet meets the OUTPUT hook as any other.
void ask_by_discovery(World& world, Host& host, const Neighbor& neighbor, RecordId cause) {
  const auto found =
      discovery_source(host.at(neighbor.slot), neighbor.waiting.front().skb.source());
  if (!found) return;
  const IpAddress source = *found;
  const Ipv6Address target = neighbor.address.v6();
  const Ipv6Address group = solicited_group(neighbor.address).v6();
  const Bytes bytes = packet::build(
      packet::ipv6({.hop_limit = 255, .src = source.v6(), .dst = group}) /
      packet::icmpv6({.type = packet::Icmpv6::kNeighborSolicitation}) /
      packet::nd_target({.target = target,
                         .options = packet::nd_link_address(packet::kNdSourceLinkAddress,
                                                            host.at(neighbor.slot).mac)}));
  const Slot out = neighbor.slot;
  Packet packet{.skb = skb::Skb(bytes, skb::kEtherIpv6),
                .way = {.kind = Way::Kind::Multicast, .out = out, .mtu = host.at(out).mtu},
                .tail = cause};
  send_ip(world, host, std::move(packet));
}

void ask(World& world, Host& host, Neighbor& neighbor) {
  ++neighbor.asked;
  if (!std::exchange(neighbor.sought, true)) world.seek(neighbor.address);
  const auto& settings = *host.at(neighbor.slot).settings;
  const bool v4 = neighbor.address.is_v4();
  const auto pause =
      std::chrono::milliseconds(v4 ? settings.retransmit_ms : settings.retransmit6_ms);
  world.wake(world.now() + pause, {host.id, neighbor.slot}, neighbor.address);
  const RecordId cause = world.answer(host, neighbor.waiting.back().tail, Event::Asked, 0);
  if (v4) {
    ask_by_arp(world, host, neighbor, cause);
  } else {
    ask_by_discovery(world, host, neighbor, cause);
  }
}

// neigh_update: what waited goes out in its order. `overrides`: it counts more than what is known.
void learn(World& world, Host& host, Neighbor& neighbor, const MacAddress& mac, bool overrides) {
  if (neighbor.permanent) return;
  const bool differs = neighbor.mac && *neighbor.mac != mac;
  if (differs && !overrides) return;
  if (neighbor.mac != mac) neighbor.updated = world.now();
  neighbor.mac = mac;
  neighbor.asked = 0;
  if (std::exchange(neighbor.sought, false)) world.found(neighbor.address);
  const Slot slot = neighbor.slot;
  for (Packet& packet : std::exchange(neighbor.waiting, {})) {
    send_to_station(world, host, slot, mac, std::move(packet));
  }
}

// arp_ignore: 0 any local address on any interface, 1 only the interface's own, 2 and its network
// must be the asker's, 8 never (ip-sysctl.rst).
bool ignores(const Host& host, Slot in, const packet::Arp& request) {
  const Interface& interface = host.at(in);
  const auto owns = [&](const InterfaceAddress& a) {
    return a.address == IpAddress(request.target_ip) &&
           (interface.settings->arp_ignore < 2 ||
            a.network().contains(IpAddress(request.sender_ip)));
  };
  switch (interface.settings->arp_ignore) {
    case 0:
      return false;
    case 1:
    case 2:
      return std::ranges::none_of(interface.addresses, owns);
    default:
      return true;
  }
}

// arp_filter: an interface that does not lead back to the asker does not answer.
bool filters(const World& world, const Host& host, Slot in, const packet::Arp& request) {
  if (!host.at(in).settings->arp_filter) return false;
  const OutputRoute back = route_output(
      world, host,
      {.destination = IpAddress(request.sender_ip), .source = IpAddress(request.target_ip)});
  return back.end != End::None || back.way.out != in;
}

// arp_is_garp
bool is_gratuitous(const packet::Arp& arp) {
  if (arp.sender_ip != arp.target_ip || IpAddress(arp.sender_ip).is_multicast()) return false;
  return arp.operation != packet::Arp::kReply || arp.target_mac == arp.sender_mac;
}

void answer_arp(World& world, Host& host, Slot in, const packet::Arp& request, RecordId cause) {
  const packet::Arp reply{.operation = packet::Arp::kReply,
                          .sender_mac = host.at(in).mac,
                          .sender_ip = request.target_ip,
                          .target_mac = request.sender_mac,
                          .target_ip = request.sender_ip};
  send_arp(world, host, in, request.sender_mac, reply,
           world.answer(host, cause, Event::Replied, 0));
}

// arp_process: the address that is asked for goes through the whole input routing, with the
// asker's as its source: validation of sources holds for ARP as well.
bool answers_arp(const World& world, const Host& host, Slot in, const packet::Arp& request) {
  const IpAddress source(request.sender_ip);
  const IpAddress target(request.target_ip);
  if (source.is_unspecified()) return host.has_address(target);  // is it taken?
  const InputRoute route = route_arp(world, host, in, source, target);
  if (route.end != End::None) return false;
  if (route.way.kind == Way::Kind::Local) {
    return !ignores(host, in, request) && !filters(world, host, in, request);
  }
  const bool elsewhere = route.way.kind == Way::Kind::Unicast && route.way.out != in;
  return elsewhere && host.at(in).settings->forwarding && host.at(in).settings->proxy_arp;
}

}  // namespace

IpAddress solicited_group(const IpAddress& target) {
  std::array<std::byte, 16> group{std::byte{0xff}, std::byte{0x02}};
  group[11] = std::byte{1};
  group[12] = std::byte{0xff};
  const auto& bytes = target.v6().bytes();
  std::copy(bytes.begin() + 13, bytes.end(), group.begin() + 13);
  return Ipv6Address(group);
}

void learn_neighbor(World& world, Host& host, Slot slot, const IpAddress& address,
                    const MacAddress& mac) {
  Neighbor* known = host.find_neighbor(slot, address);
  if (known == nullptr) known = &host.add_neighbor({.slot = slot, .address = address});
  learn(world, host, *known, mac, true);
}

// ndisc_recv_na: who has given up asking takes no answer.
void confirm_neighbor(World& world, Host& host, Slot slot, const IpAddress& address,
                      const MacAddress& mac, bool overrides) {
  Neighbor* known = host.find_neighbor(slot, address);
  const bool listens = known != nullptr && (known->mac || known->asked > 0);
  if (listens) learn(world, host, *known, mac, overrides);
}

void send_to_station(World& world, Host& host, Slot out, const MacAddress& mac, Packet&& packet) {
  packet.skb.link = skb::LinkHeader{host.at(out).mac, mac, packet.skb.ether_type()};
  transmit(world, host, out, std::move(packet));
}

void send_to_neighbor(World& world, Host& host, Slot out, const IpAddress& next, Packet&& packet) {
  if (host.at(out).kind == state::LinkKind::Loopback) {
    return send_to_station(world, host, out, host.at(out).mac, std::move(packet));
  }
  if (packet.way.kind == Way::Kind::Broadcast) {
    return send_to_station(world, host, out, MacAddress::broadcast(), std::move(packet));
  }
  if (next.is_multicast()) {
    return send_to_station(world, host, out, group_mac(next), std::move(packet));
  }
  Neighbor* neighbor = host.find_neighbor(out, next);
  if (neighbor == nullptr) neighbor = &host.add_neighbor({.slot = out, .address = next});
  if (neighbor->mac) return send_to_station(world, host, out, *neighbor->mac, std::move(packet));
  neighbor->waiting.push_back(std::move(packet));
  if (neighbor->asked == 0) ask(world, host, *neighbor);
}

void retry_neighbor(World& world, Host& host, Slot slot, const IpAddress& address) {
  Neighbor* neighbor = host.find_neighbor(slot, address);
  if (neighbor == nullptr || neighbor->mac || neighbor->waiting.empty()) return;
  const auto& settings = *host.at(slot).settings;
  const auto most = address.is_v4() ? settings.solicitations : settings.solicitations6;
  if (neighbor->asked < most) return ask(world, host, *neighbor);
  neighbor->asked = 0;
  for (Packet& packet : std::exchange(neighbor->waiting, {})) {
    fail_at_neighbor(world, host, std::move(packet));
  }
}

void receive_arp(World& world, Host& host, Slot in, Packet& packet) {
  packet::Reader reader(packet.skb.bytes());
  const auto arp = packet::Arp::decode(reader);
  const bool sound = arp && arp->hardware_type == 1 && arp->protocol_type == skb::kEtherIpv4 &&
                     !IpAddress(arp->target_ip).is_multicast();
  if (packet.skb.type == skb::PacketType::OtherHost) {
    return world.end(host, packet, End::OtherHost);
  }
  if (!pass_arp_hook(world, host, firewall::Hook::Input, packet, in)) return;
  if (!sound) return world.end(host, packet, End::Malformed);
  world.end(host, packet, End::Consumed);
  const IpAddress sender(arp->sender_ip);
  if (arp->operation == packet::Arp::kRequest && answers_arp(world, host, in, *arp)) {
    if (!sender.is_unspecified()) learn_neighbor(world, host, in, sender, arp->sender_mac);
    return answer_arp(world, host, in, *arp, packet.tail);
  }
  Neighbor* known = host.find_neighbor(in, sender);
  if (known == nullptr) return;
  // Of several answers the first counts, unless the others come later (locktime).
  constexpr Time kLocked = std::chrono::seconds(1);
  const bool overrides = is_gratuitous(*arp) || world.now() > known->updated + kLocked;
  learn(world, host, *known, arp->sender_mac, overrides);
}

}  // namespace topoproof::sim
