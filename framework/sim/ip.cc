// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/ip.hh"

#include <algorithm>
#include <array>

#include "base/planted_fault.hh"
#include "conntrack/defrag.hh"
#include "packet/checksum.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/ipv6.hh"
#include "packet/ipv6_extension.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"
#include "sim/fragments.hh"
#include "sim/fragments6.hh"
#include "sim/icmp.hh"
#include "sim/ip_output.hh"
#include "sim/neighbor.hh"
#include "sim/netfilter.hh"
#include "sim/options.hh"
#include "sim/peer.hh"
#include "sim/redirect.hh"
#include "sim/transport.hh"

namespace topoproof::sim {
namespace {

using firewall::Hook;

End check_ipv4(skb::Skb& skb) {
  const BytesView bytes = skb.bytes();
  if (bytes.size() < 20) return End::Malformed;
  const auto first = std::to_integer<unsigned>(bytes[0]);
  const std::size_t header = (first & 15U) * 4;
  if (first >> 4 != 4 || header < 20 || bytes.size() < header) return End::Malformed;
  if (packet::internet_checksum(bytes.first(header)) != 0) return End::Malformed;
  const std::size_t total = load_be16(bytes.data() + 2);
  if (total < header || total > bytes.size()) return End::Malformed;
  if (total < bytes.size()) skb.change_layout().trim(total);
  return End::None;
}

bool is_mapped_v4(const IpAddress& address) {  // ::ffff:0:0/96
  const auto& bytes = address.v6().bytes();
  return load_be64(bytes.data()) == 0 && load_be32(bytes.data() + 8) == 0xffff;
}

End check_ipv6(skb::Skb& skb, bool from_loopback) {
  const BytesView bytes = skb.bytes();
  const bool is_ipv6 = bytes.size() >= 40 && std::to_integer<unsigned>(bytes[0]) >> 4 == 6;
  if (!is_ipv6) return End::Malformed;
  const std::size_t total = std::size_t{40} + load_be16(bytes.data() + 4);
  if (total > bytes.size()) return End::Malformed;
  if (total < bytes.size()) skb.change_layout().trim(total);
  const IpAddress source = skb.source();
  if (source.is_multicast()) return End::MartianSource;
  // RFC 4291 2.7: scope 0 is reserved, scope 1 stays on its interface.
  const IpAddress destination = skb.destination();
  const int scope = std::to_integer<int>(destination.v6().bytes()[1] & std::byte{15});
  if (destination.is_multicast() && scope <= (from_loopback ? 0 : 1)) {
    return End::MartianDestination;
  }
  if (from_loopback) return End::None;
  if (source.is_loopback()) return End::MartianSource;
  return skb.destination().is_loopback() ? End::MartianDestination : End::None;
}

void decrease_ttl(skb::Skb& skb) {
  if (planted("simulator-ttl")) return;
  const auto bytes = skb.writable();
  const std::size_t at = skb.is_ipv4() ? 8 : 7;
  const std::array<std::byte, 2> before{bytes[8], bytes[9]};
  bytes[at] = static_cast<std::byte>(std::to_integer<unsigned>(bytes[at]) - 1);
  if (!skb.is_ipv4()) return;
  const std::array<std::byte, 2> after{bytes[8], bytes[9]};
  store_be16(bytes.data() + 10,
             packet::updated_checksum(load_be16(bytes.data() + 10), before, after));
}

// ip6_forward: what has no source does not leave its link, and a source of the link's own is told
// so (RFC 4443 3.1, code 2: beyond its scope).
bool may_leave_link(World& world, Host& host, Packet& packet) {
  constexpr std::uint8_t kBeyondScope = 2;
  const IpAddress source = packet.skb.source();
  const bool none = source.is_unspecified() || source.is_loopback();
  if (!none && !source.is_link_local()) return true;
  world.end(host, packet, End::MartianSource);
  if (!none) send_error(world, host, packet, packet::Icmpv6::kUnreachable, kBeyondScope);
  return false;
}

// ip6_dst_mtu_maybe_forward: what a route says is looked at later, where the packet leaves.
std::uint32_t mtu_of_link6(const Interface& out) {
  constexpr std::uint32_t kLeast = 1280;
  return std::max(out.mtu, kLeast);
}

// ip_forward and ip6_forward: TTL and MTU are looked at before the FORWARD hook.
void forward(World& world, Host& host, Slot in, Packet&& packet) {
  const bool v4 = packet.skb.is_ipv4();
  if (packet.skb.type != skb::PacketType::Host) return world.end(host, packet, End::OtherHost);
  if (!v4 && !host.settings->ipv6_forwarding) return world.end(host, packet, End::NotForwarding);
  if (packet.skb.ttl() <= 1) {
    return complain(world, host, std::move(packet), End::TtlExceeded, Complaint::TtlExceeded);
  }
  const bool goes_back = packet.way.redirects;
  if (!v4 && !goes_back && !may_leave_link(world, host, packet)) return;
  if (!v4 && goes_back) send_redirect6(world, host, in, packet);
  const std::uint32_t mtu = v4 ? packet.way.mtu : mtu_of_link6(host.at(packet.way.out));
  const bool too_big = v4 ? must_not_be_fragmented(packet.skb, mtu) : is_too_big6(packet.skb, mtu);
  if (too_big) {
    return complain(world, host, std::move(packet), End::TooBig, Complaint::TooBig, mtu);
  }
  decrease_ttl(packet.skb);
  if (v4 && packet.way.redirects) send_redirect(world, host, packet);
  if (!pass_hook(world, host, Hook::Forward, packet, in, packet.way.out)) return;
  output_ip(world, host, in, std::move(packet));
}

// Where the last of the IPv6 headers says what follows.
std::uint32_t announced_at(BytesView bytes) {
  std::size_t at = 6;
  std::size_t next = packet::Ipv6::kSize;
  for (;;) {
    const auto kind = std::to_integer<std::uint8_t>(bytes[at]);
    const bool skipped = kind == packet::HopByHop::kProtocol ||
                         kind == packet::Routing::kProtocol ||
                         kind == packet::DestinationOptions::kProtocol;
    if (!skipped || next + 2 > bytes.size()) return static_cast<std::uint32_t>(at);
    at = next;
    next += (std::to_integer<std::size_t>(bytes[next + 1]) + 1) * 8;
  }
}

// IGMP is taken in silence, and so is what says that nothing follows (nodata_protocol). Tunnels
// are spoken where one was made: there are none here.
void hand_to_others(World& world, Host& host, Packet&& packet) {
  constexpr std::uint8_t kIgmp = 2;
  constexpr std::uint8_t kNoNext = 59;
  constexpr std::uint8_t kPim = 103;
  constexpr std::uint8_t kUdpLite = 136;
  const std::uint8_t protocol = packet.skb.headers().protocol;
  const std::uint8_t silent = packet.skb.is_ipv4() ? kIgmp : kNoNext;
  if (protocol == silent) return world.end(host, packet, End::Consumed);
  if (protocol == kPim || protocol == kUdpLite) {
    return world.end_unknown(host, packet, "PIM or UDP-Lite, which not every kernel speaks");
  }
  const std::uint32_t pointer = packet.skb.is_ipv4() ? 0 : announced_at(packet.skb.bytes());
  complain(world, host, std::move(packet), End::NoProtocol, Complaint::Protocol, pointer);
}

void hand_to_protocol(World& world, Host& host, Packet&& packet) {
  switch (packet.skb.headers().protocol) {
    case packet::Icmp::kProtocol:
    case packet::Icmpv6::kProtocol:
      return receive_icmp(world, host, std::move(packet));
    case packet::Tcp::kProtocol:
      return receive_tcp(world, host, std::move(packet));
    case packet::Udp::kProtocol:
      return receive_udp(world, host, std::move(packet));
    default:
      return hand_to_others(world, host, std::move(packet));
  }
}

// ipv6_chk_mcast_addr: all nodes, all routers, and the groups of the interface's own addresses.
bool is_member(const Host& host, Slot in, const IpAddress& group) {
  const auto& bytes = group.v6().bytes();
  const std::uint64_t high = load_be64(bytes.data());
  const std::uint64_t low = load_be64(bytes.data() + 8);
  if (high == 0xff02'0000'0000'0000 && low == 1) return true;
  if (low == 2) return host.at(in).settings->ipv6_forwarding;
  const auto& own = host.at(in).addresses;
  return std::ranges::any_of(own, [&](const InterfaceAddress& a) {
    return a.address.is_v6() && solicited_group(a.address) == group;
  });
}

// Fragments are put together. RETURNS: false if others are still to come, or it ended.
bool gather(World& world, Host& host, Packet& packet) {
  static const conntrack::Settings kDefaults;
  if (host.fragments == nullptr) {
    host.fragments = std::make_unique<conntrack::Defragmenter>(world.clock, kDefaults);
  }
  host.first_fragments.note(packet.skb, packet.tail);
  auto result = host.fragments->gather(packet.skb);
  if (auto* whole = std::get_if<skb::Skb>(&result)) {
    packet.skb = std::move(*whole);
    packet.tail = host.first_fragments.take(packet.skb).value_or(packet.tail);
    return true;
  }
  if (std::holds_alternative<conntrack::Outcome>(result)) {
    world.end(host, packet, End::Malformed);
  }
  return false;
}

// ip_local_deliver, ip6_input: fragments are put together before the INPUT hook looks.
void deliver(World& world, Host& host, Slot in, Packet&& packet) {
  const IpAddress destination = packet.skb.destination();
  if (destination.is_v6() && destination.is_multicast() && !is_member(host, in, destination)) {
    return world.end(host, packet, End::OtherHost);
  }
  if (destination.is_v6() && is_mapped_v4(packet.skb.source())) {
    return world.end(host, packet, End::MartianSource);
  }
  if (conntrack::is_fragment(packet.skb) && !gather(world, host, packet)) return;
  if (!pass_hook(world, host, Hook::Input, packet, in, kNoSlot)) return;
  if (packet.skb.is_ipv6()) {
    if (!pass_extensions(world, host, packet)) return;
    if (receive_neighbor_discovery(world, host, in, packet)) return;
  }
  hand_to_protocol(world, host, std::move(packet));
}

// ip_error, ip6_pkt_drop, and what is dropped in silence.
void end_without_route(World& world, Host& host, Packet&& packet, End end) {
  const bool is_answered =
      end == End::NoRoute || end == End::RouteUnreachable || end == End::RouteProhibit;
  const bool v4 = packet.skb.is_ipv4();
  if (v4 && is_answered && !pass_options(world, host, packet)) return;
  const bool counts = v4 && is_answered && world.counts_complaints();
  if (counts && !may_say_no_route(world, host, packet.skb.source())) {
    return world.end(host, packet, end);
  }
  if (end == End::NoRoute) {
    return complain(world, host, std::move(packet), end, Complaint::NoRoute);
  }
  if (end == End::RouteUnreachable) {
    const Complaint what = packet.skb.is_ipv4() ? Complaint::Host : Complaint::NoRoute;
    return complain(world, host, std::move(packet), end, what);
  }
  if (end == End::RouteProhibit) {
    return complain(world, host, std::move(packet), end, Complaint::Prohibited);
  }
  end_without_way(world, host, packet, end);
}

// ip_rcv_finish, ip6_rcv_finish.
void route_and_go(World& world, Host& host, Slot in, Packet&& packet) {
  if (packet.way.kind == Way::Kind::None) {
    const InputRoute route = route_input(world, host, in, packet.skb);
    if (route.end != End::None) {
      return end_without_route(world, host, std::move(packet), route.end);
    }
    packet.way = route.way;
    world.note_way(host, packet);
  }
  if (packet.skb.is_ipv4() && !pass_options(world, host, packet)) return;
  if (packet.way.kind == Way::Kind::Unicast) return forward(world, host, in, std::move(packet));
  deliver(world, host, in, std::move(packet));
}

}  // namespace

End check_header(skb::Skb& skb, bool from_loopback) {
  return skb.is_ipv4() ? check_ipv4(skb) : check_ipv6(skb, from_loopback);
}

void receive_ip(World& world, Host& host, Slot in, Packet&& packet) {
  if (packet.skb.type == skb::PacketType::OtherHost) {
    return world.end(host, packet, End::OtherHost);
  }
  const End unsound = check_header(packet.skb, in == kLoopback);
  if (unsound != End::None) return world.end(host, packet, unsound);
  if (packet.skb.is_ipv6() && !pass_hop_options(world, host, packet)) return;
  // What met PREROUTING in the bridge does not meet it again (ip_sabotage_in).
  if (packet.bridged) return route_and_go(world, host, in, std::move(packet));
  if (!pass_hook(world, host, Hook::Prerouting, packet, in, kNoSlot)) return;
  route_and_go(world, host, in, std::move(packet));
}

void send_ip(World& world, Host& host, Packet&& packet) {
  packet.locally_made = true;
  world.note_way(host, packet);
  packet.skb.out_interface = host.at(packet.way.out).index;
  if (!pass_hook(world, host, Hook::Output, packet, kNoSlot, packet.way.out)) return;
  output_ip(world, host, kNoSlot, std::move(packet));
}

}  // namespace topoproof::sim
