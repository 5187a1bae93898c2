// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/bridge_netfilter.hh"

#include "sim/device.hh"
#include "sim/ip.hh"
#include "sim/netfilter.hh"
#include "sim/route.hh"

namespace topoproof::sim {
namespace {

using firewall::Hook;

// The packet passes for one that is for this node, whomever its frame is for.
class AsOurs {
 public:
  explicit AsOurs(Packet& packet) : packet_(packet), was_(packet.skb.type) {
    if (was_ == skb::PacketType::OtherHost) packet_.skb.type = skb::PacketType::Host;
  }
  void back() const {
    if (was_ == skb::PacketType::OtherHost) packet_.skb.type = was_;
  }

 private:
  Packet& packet_;
  skb::PacketType was_;
};

// To a neighbour for whom the kernel has a frame's header ready it sends the frame on at once; else
// by the bridge's own interface, where taps see it, which gives it back (br_nf_dev_xmit). The
// header is made for the first packet that is sent to the neighbour, whoever's that was.
bool goes_by_bridge_device(const HookPlace& at) {
  constexpr std::uint64_t kQuestion = 0x6272'6e66'0000'0000;
  auto& choices = at.world.choices;
  return !choices.is_open() || choices.choose_once(kQuestion + at.host.id, 2) == 0;
}

// The frame stays in the bridge, with the station of the next hop as its new destination
// (br_nf_pre_routing_finish_bridge).
bool stay_in_bridge(const HookPlace& at, Packet& packet, const Way& way) {
  const IpAddress next = way.gateway.value_or(packet.skb.destination());
  const Neighbor* station = at.host.find_neighbor(way.out, next);
  if (station == nullptr || !station->mac) {
    at.world.end_unknown(at.host, packet,
                         "destination NAT of a bridged packet to a station that is not known");
    return false;
  }
  packet.skb.link->destination = *station->mac;
  if (goes_by_bridge_device(at)) at.world.note(at.host, packet, Event::Sent, way.out);
  return true;
}

// br_nf_pre_routing_finish: what was translated may have to leave the bridge. Also to stay in it,
// it needs a route and forwarding (whatever a comment there says). No error tells of it.
bool follow_translation(const HookPlace& at, Slot bridge, Packet& packet) {
  const InputRoute route = route_input(at.world, at.host, bridge, packet.skb);
  if (route.end != End::None) {
    end_without_way(at.world, at.host, packet, route.end);
    return false;
  }
  if (route.way.kind == Way::Kind::Unicast && route.way.out == bridge) {
    return stay_in_bridge(at, packet, route.way);
  }
  packet.skb.link->destination = at.host.at(bridge).mac;
  packet.skb.type = skb::PacketType::Host;
  packet.way = route.way;
  return true;
}

bool cross_prerouting(const HookPlace& at, Packet& packet) {
  const End unsound = check_header(packet.skb, false);
  if (unsound != End::None) {
    at.world.end(at.host, packet, unsound);
    return false;
  }
  const Slot bridge = at.host.at(at.in).master;
  packet.bridged = Bridged{.in = at.in};
  const IpAddress destination = packet.skb.destination();
  const AsOurs as_ours(packet);
  if (!pass_hook(at.world, at.host, Hook::Prerouting, packet, bridge, kNoSlot)) return false;
  as_ours.back();
  if (!packet.skb.is_ipv4() || packet.skb.destination() == destination) {
    packet.way = {};
    return true;
  }
  return follow_translation(at, bridge, packet);
}

}  // namespace

bool calls_ip_hooks(const Host& host, const skb::Skb& skb) {
  return (skb.is_ipv4() && host.settings->bridge_calls_iptables) ||
         (skb.is_ipv6() && host.settings->bridge_calls_ip6tables);
}

bool draws_bridged_ways(const Host& host) {
  return host.settings->bridge_calls_iptables && host.netfilter && host.netfilter->translates();
}

bool cross_ip_hooks(const HookPlace& at, Packet& packet) {
  if (!calls_ip_hooks(at.host, packet.skb)) return true;
  if (at.hook == Hook::Prerouting) return cross_prerouting(at, packet);
  if (!packet.bridged) return true;
  const Slot bridge = at.host.at(at.out).master;
  if (at.hook == Hook::Forward) {
    packet.bridged->out = at.out;
    const AsOurs as_ours(packet);
    const bool passes = pass_hook(at.world, at.host, Hook::Forward, packet, bridge, bridge);
    if (passes) as_ours.back();
    return passes;
  }
  // What came in by a bridge and was routed has met POSTROUTING already.
  if (packet.bridged->out == kNoSlot) return true;
  const AsOurs as_ours(packet);
  return pass_hook(at.world, at.host, Hook::Postrouting, packet, kNoSlot, bridge);
}

void send_bridged_reset(World& world, Host& host, const Packet& about, Packet&& reset) {
  const skb::LinkHeader& link = *about.skb.link;
  reset.skb.link = skb::LinkHeader{link.destination, link.source, link.ether_type};
  transmit(world, host, about.bridged->in, std::move(reset));
}

}  // namespace topoproof::sim
