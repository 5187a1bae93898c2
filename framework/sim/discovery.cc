// SPDX-License-Identifier: GPL-2.0-or-later
// Neighbour discovery (RFC 4861) as net/ipv6/ndisc.c answers it.
#include "packet/icmpv6.hh"
#include "packet/stack.hh"
#include "sim/ip.hh"
#include "sim/neighbor.hh"

namespace topoproof::sim {
namespace {

using packet::Icmpv6;

struct Message {
  std::uint8_t type = 0;
  IpAddress target;
  std::optional<MacAddress> mac;  // of the source, or of the target
  bool overrides = false;         // of an advertisement
};

std::optional<Message> read_message(const skb::Skb& skb) {
  const BytesView bytes = skb.transport();
  if (skb.headers().protocol != Icmpv6::kProtocol || bytes.size() < 24) return std::nullopt;
  Message message{.type = std::to_integer<std::uint8_t>(bytes[0])};
  const bool asks = message.type == Icmpv6::kNeighborSolicitation;
  if (!asks && message.type != Icmpv6::kNeighborAdvertisement) return std::nullopt;
  message.target = IpAddress::from_bytes(bytes.subspan(8, 16));
  message.overrides = (load_be16(bytes.data() + 4) & Icmpv6::kOverride) != 0;
  message.mac = packet::find_nd_link_address(
      bytes.subspan(24), asks ? packet::kNdSourceLinkAddress : packet::kNdTargetLinkAddress);
  return message;
}

bool has_on(const Interface& interface, const IpAddress& address) {
  for (const InterfaceAddress& own : interface.addresses) {
    if (own.address == address) return true;
  }
  return false;
}

void advertise(World& world, Host& host, Slot in, const Packet& request, const Message& asked) {
  const IpAddress asker = request.skb.source();
  const std::uint16_t router = host.at(in).settings->ipv6_forwarding ? Icmpv6::kRouter : 0;
  const Bytes bytes = packet::build(
      packet::ipv6({.hop_limit = 255, .src = asked.target.v6(), .dst = asker.v6()}) /
      packet::icmpv6(
          {.type = Icmpv6::kNeighborAdvertisement,
           .id = static_cast<std::uint16_t>(router | Icmpv6::kSolicited | Icmpv6::kOverride)}) /
      packet::nd_target(
          {.target = asked.target.v6(),
           .options = packet::nd_link_address(packet::kNdTargetLinkAddress, host.at(in).mac)}));
  Packet reply{.skb = skb::Skb(bytes, skb::kEtherIpv6),
               .way = {.kind = Way::Kind::Unicast, .out = in, .mtu = host.at(in).mtu},
               .tail = world.answer(host, request.tail, Event::Replied, 0),
               .locally_made = true};
  send_ip(world, host, std::move(reply));
}

}  // namespace

bool receive_neighbor_discovery(World& world, Host& host, Slot in, Packet& packet) {
  const auto message = read_message(packet.skb);
  if (!message) return false;
  if (packet.skb.ttl() != 255) {  // RFC 4861 7.1: from beyond a router
    world.end(host, packet, End::Malformed);
    return true;
  }
  world.end(host, packet, End::Consumed);
  const IpAddress source = packet.skb.source();
  if (message->type == Icmpv6::kNeighborAdvertisement) {
    if (message->mac) {
      confirm_neighbor(world, host, in, message->target, *message->mac, message->overrides);
    }
    return true;
  }
  if (!has_on(host.at(in), message->target) || source.is_unspecified()) return true;
  if (message->mac) learn_neighbor(world, host, in, source, *message->mac);
  advertise(world, host, in, packet, *message);
  return true;
}

}  // namespace topoproof::sim
