// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/detour.hh"

#include <algorithm>

#include "packet/checksum.hh"
#include "sim/device.hh"
#include "sim/ip.hh"
#include "sim/neighbor.hh"
#include "sim/route.hh"

namespace topoproof::sim {
namespace {

using firewall::Hook;

Slot slot_of(const Host& host, std::uint32_t index) {
  const auto found = std::ranges::find(host.interfaces, index, &Interface::index);
  return found == host.interfaces.end() ? kNoSlot
                                        : static_cast<Slot>(found - host.interfaces.begin());
}

// NF_RECURSION_LIMIT: frames that rules send on and on.
constexpr std::uint8_t kMostDetours = 3;

void send_frame(const HookPlace& at, Packet&& packet, std::uint32_t interface) {
  const Slot out = slot_of(at.host, interface);
  if (out == kNoSlot) return at.world.end(at.host, packet, End::LinkDown);
  if (++packet.detours > kMostDetours) return at.world.end(at.host, packet, End::Storm);
  transmit(at.world, at.host, out, std::move(packet));
}

void set_dont_fragment(std::span<std::byte> header) { header[6] |= std::byte{0x40}; }

// Before it is decided whether the packet is for the node, copies lose one of their TTL. What the
// copy is cut down to is told to the packet's sender: so IPv4 forbids that it is.
void change_header(Hook hook, skb::Skb& skb) {
  const auto bytes = skb.writable();
  const bool lowers = hook == Hook::Prerouting || hook == Hook::Input;
  std::byte& ttl = bytes[skb.is_ipv4() ? 8 : 7];
  if (lowers) ttl = static_cast<std::byte>(std::to_integer<unsigned>(ttl) - 1);
  if (!skb.is_ipv4()) return;
  set_dont_fragment(bytes);
  const std::size_t size = (std::to_integer<std::size_t>(bytes[0]) & 15) * 4;
  store_be16(bytes.data() + 10, 0);
  store_be16(bytes.data() + 10, packet::internet_checksum(BytesView(bytes).first(size)));
}

// nf_dup_ipv4, nf_dup_ipv6: a packet of the node's own for the next hop, whomever it is addressed
// to. Nobody tracks it, and it is not copied again.
void send_packet(const HookPlace& at, Packet&& packet, const machine::Detour& copy) {
  packet.is_copy = true;
  packet.bridged.reset();
  packet.skb.connection = {};
  packet.skb.ct_info = skb::CtInfo::Untracked;
  change_header(at.hook, packet.skb);
  const OutputRoute route =
      route_output(at.world, at.host,
                   {.destination = *copy.next_hop,
                    .out = copy.interface == 0 ? kNoSlot : slot_of(at.host, copy.interface)});
  if (route.end != End::None) return end_without_way(at.world, at.host, packet, route.end);
  packet.way = route.way;
  packet.way.gateway = route.way.gateway.value_or(*copy.next_hop);
  send_ip(at.world, at.host, std::move(packet));
}

}  // namespace

void send_copies(const HookPlace& at, const Packet& packet, std::vector<machine::Detour> copies) {
  for (machine::Detour& copy : copies) {
    if (copy.next_hop && packet.is_copy) continue;
    Packet other = packet;
    other.skb = std::move(copy.packet);
    if (copy.next_hop) {
      send_packet(at, std::move(other), copy);
    } else {
      send_frame(at, std::move(other), copy.interface);
    }
  }
}

void send_elsewhere(const HookPlace& at, Packet&& packet, const machine::Decision& decision) {
  if (!decision.forward_hop) return send_frame(at, std::move(packet), decision.forward_to);
  packet.way = {};
  send_to_neighbor(at.world, at.host, slot_of(at.host, decision.forward_to), *decision.forward_hop,
                   std::move(packet));
}

}  // namespace topoproof::sim
