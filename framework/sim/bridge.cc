// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/bridge.hh"

#include <algorithm>

#include "sim/audience.hh"
#include "sim/device.hh"
#include "sim/fragments.hh"
#include "sim/netfilter.hh"

namespace topoproof::sim {
namespace {

using firewall::Hook;

enum class Cast : std::uint8_t { Unicast, Multicast, Broadcast };

Cast cast_of(const MacAddress& destination) {
  if (destination == MacAddress::broadcast()) return Cast::Broadcast;
  return destination.is_multicast() ? Cast::Multicast : Cast::Unicast;
}

bool floods(const state::PortOptions& port, Cast cast) {
  switch (cast) {
    case Cast::Unicast:
      return port.flood;
    case Cast::Multicast:
      return port.multicast_flood;
    case Cast::Broadcast:
      return port.broadcast_flood;
  }
  return false;
}

// What a frame meets at a bridge. `from`: kNoSlot for one of the node's own.
struct Passage {
  World& world;
  Host& host;
  Slot bridge;
  Slot from = kNoSlot;

  Bridge& data() const { return *host.interfaces[bridge].bridge; }
  bool is_isolated_from(Slot to) const {
    return from != kNoSlot && host.at(from).port.isolated && host.at(to).port.isolated;
  }
  // should_deliver in net/bridge/br_forward.c
  bool may_leave_by(Slot to) const {
    const bool turns_back = from == to && !host.at(to).port.hairpin;
    return !turns_back && has_carrier(world, host.at(to)) && !is_isolated_from(to);
  }
  // br_dev_queue_push_xmit: what is larger than the port's MTU is dropped, unless br_netfilter cuts
  // it first.
  void leave_by(Slot to, Packet&& packet) const {
    if (packet.bridged) return leave_in_pieces(to, std::move(packet));
    push_out(to, std::move(packet));
  }
  // br_nf_dev_queue_xmit: in pieces no larger than those that it came in.
  void leave_in_pieces(Slot to, Packet&& packet) const {
    std::uint32_t mtu = host.at(to).mtu;
    const auto& reassembled = packet.skb.reassembled;
    if (reassembled != nullptr && packet.skb.is_ipv4()) {
      if (reassembled->largest > mtu) return world.end(host, packet, End::TooBig);
      mtu = reassembled->largest;
    }
    const bool cut = packet.skb.is_ipv4() && packet.skb.size() > mtu;
    if (!cut) return push_out(to, std::move(packet));
    if (reassembled == nullptr && has_dont_fragment(packet.skb)) {
      return world.end(host, packet, End::TooBig);
    }
    for (skb::Skb& piece : fragments_of(packet.skb, mtu)) {
      Packet part = packet;
      part.skb = std::move(piece);
      push_out(to, std::move(part));
    }
  }
  void push_out(Slot to, Packet&& packet) const {
    if (packet.skb.size() > host.at(to).mtu) return world.end(host, packet, End::LinkDown);
    transmit(world, host, to, std::move(packet));
  }
  // __br_forward, br_forward_finish
  void pass_on(Slot to, Packet&& packet) const {
    const Hook hook = from == kNoSlot ? Hook::Output : Hook::Forward;
    if (!pass_bridge_hook(world, host, hook, packet, from, to)) return;
    if (!pass_bridge_hook(world, host, Hook::Postrouting, packet, kNoSlot, to)) return;
    leave_by(to, std::move(packet));
  }
  void forward(Slot to, Packet&& packet) const {
    if (may_leave_by(to)) return pass_on(to, std::move(packet));
    const bool isolated = is_isolated_from(to);
    world.end(host, packet, isolated ? End::Isolated : End::NoStation);
  }
  void pass_up(Packet&& packet) const {
    if (!pass_bridge_hook(world, host, Hook::Input, packet, from, kNoSlot)) return;
    const bool own = packet.skb.link->destination == host.at(bridge).mac;
    if (own) packet.skb.type = skb::PacketType::Host;  // at the port it was another station's
    receive(world, host, bridge, std::move(packet));
  }
  std::optional<std::vector<Slot>> audience(const Packet& packet) const;
  void flood(Packet&& packet, Cast cast, bool also_up) const;
};

// Of a question to all the copies that somebody takes notice of; else all. See Audience.
std::optional<std::vector<Slot>> Passage::audience(const Packet& packet) const {
  constexpr std::size_t kFew = 8;
  Bridge& bridge_data = data();
  if (bridge_data.ports.size() < kFew) return std::nullopt;
  auto& audience = bridge_data.audience;
  if (audience == nullptr) audience = std::make_shared<Audience>(world, host, bridge);
  return audience->of(world, packet.skb);
}

// Copies leave by the ports before the node itself looks at the frame (br_handle_frame_finish).
void Passage::flood(Packet&& packet, Cast cast, bool also_up) const {
  bool isolated = false;
  const auto some = cast == Cast::Unicast ? std::nullopt : audience(packet);
  std::size_t copies = some ? 1 : 0;  // there are others
  for (const Slot to : some ? *some : data().ports) {
    if (!floods(host.at(to).port, cast)) continue;
    isolated |= is_isolated_from(to);
    if (!may_leave_by(to)) continue;
    ++copies;
    pass_on(to, Packet(packet));
  }
  if (also_up) return pass_up(std::move(packet));
  if (copies == 0) world.end(host, packet, isolated ? End::Isolated : End::NoStation);
}

void learn(const Passage& passage, const MacAddress& source) {
  if (!passage.host.at(passage.from).port.learning) return;
  BridgeStation& station = passage.data().stations[source];
  const bool own = station.is_static && station.port == passage.bridge;
  if (own) return;  // an own address as source: br_fdb_update warns and leaves it
  station.port = passage.from;
  station.seen = passage.world.now();
}

// br_fdb_find_rcu and has_expired.
const BridgeStation* find_station(const Passage& passage, const MacAddress& mac) {
  const auto& stations = passage.data().stations;
  const auto found = stations.find(mac);
  if (found == stations.end()) return nullptr;
  const bool aged = passage.world.now() >= found->second.seen + passage.data().ageing;
  return aged && !found->second.is_static ? nullptr : &found->second;
}

// 01:80:c2:00:00:0x, IEEE 802.1D 7.12.6.
bool is_link_local(const MacAddress& mac) {
  constexpr MacAddress kGroup = MacAddress::from_bits(0x0180'c200'0000);
  return std::equal(mac.bytes().begin(), mac.bytes().begin() + 5, kGroup.bytes().begin()) &&
         std::to_integer<unsigned>(mac.bytes()[5]) < 16;
}

// br_handle_frame: :00 goes on like any other where there is no STP, :01 (pause) is dropped, and
// the others stay on their link unless group_fwd_mask names them, which nobody can set here.
bool stays_on_link(const Passage& passage, const MacAddress& destination) {
  if (!is_link_local(destination)) return false;
  return destination.bytes()[5] != std::byte{0} || passage.data().stp;
}

bool is_valid_source(const MacAddress& mac) { return !mac.is_multicast() && mac != MacAddress(); }

}  // namespace

void receive_by_bridge(World& world, Host& host, Slot port, Packet&& packet) {
  const Passage passage{world, host, host.at(port).master, port};
  const MacAddress source = packet.skb.link->source;
  // br_stp_disable_bridge: its ports take nothing.
  if (!host.at(passage.bridge).up) return world.end(host, packet, End::NoStation);
  if (!is_valid_source(source)) return world.end(host, packet, End::Malformed);
  if (stays_on_link(passage, packet.skb.link->destination))
    return world.end(host, packet, End::NoStation);
  if (host.at(port).port.neighbor_suppression) {
    return world.end_unknown(host, packet, "a bridge port that suppresses neighbour discovery");
  }
  if (!pass_bridge_hook(world, host, Hook::Prerouting, packet, port, kNoSlot)) return;
  learn(passage, source);
  const MacAddress destination = packet.skb.link->destination;  // destination NAT may change it
  const Cast cast = cast_of(destination);
  if (cast != Cast::Unicast) return passage.flood(std::move(packet), cast, true);
  const BridgeStation* station = find_station(passage, destination);
  if (station == nullptr) return passage.flood(std::move(packet), cast, false);
  if (station->port == passage.bridge) return passage.pass_up(std::move(packet));
  passage.forward(station->port, std::move(packet));
}

void send_by_port(World& world, Host& host, Slot port, Packet&& packet) {
  const Passage passage{world, host, host.at(port).master};
  passage.forward(port, std::move(packet));
}

void transmit_by_bridge(World& world, Host& host, Slot bridge, Packet&& packet) {
  const Passage passage{world, host, bridge};
  const Cast cast = cast_of(packet.skb.link->destination);
  if (cast != Cast::Unicast) return passage.flood(std::move(packet), cast, false);
  const BridgeStation* station = find_station(passage, packet.skb.link->destination);
  if (station == nullptr) return passage.flood(std::move(packet), cast, false);
  if (station->port == bridge) return world.end(host, packet, End::NoStation);
  passage.forward(station->port, std::move(packet));
}

}  // namespace topoproof::sim
