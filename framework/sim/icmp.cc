// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/icmp.hh"

#include <algorithm>
#include <array>

#include "conntrack/tracker.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "sim/fragments.hh"
#include "sim/ip.hh"
#include "sim/make_packet.hh"
#include "sim/path_mtu.hh"
#include "sim/peer.hh"
#include "sim/route.hh"
#include "sim/transport.hh"

namespace topoproof::sim {
namespace {

using packet::Icmp;
using packet::Icmpv6;

struct Numbers {
  std::uint8_t type;
  std::uint8_t code;
};

Numbers numbers_v4(Complaint what) {
  switch (what) {
    case Complaint::NoRoute:
      return {Icmp::kUnreachable, Icmp::kNetwork};
    case Complaint::Host:
      return {Icmp::kUnreachable, Icmp::kHost};
    case Complaint::Port:
      return {Icmp::kUnreachable, Icmp::kPort};
    case Complaint::Protocol:
      return {Icmp::kUnreachable, Icmp::kProtocolCode};
    case Complaint::Prohibited:
      return {Icmp::kUnreachable, Icmp::kProhibited};
    case Complaint::TooBig:
      return {Icmp::kUnreachable, Icmp::kFragmentationNeeded};
    case Complaint::TtlExceeded:
      break;
  }
  return {Icmp::kTimeExceeded, 0};
}

Numbers numbers_v6(Complaint what) {
  switch (what) {
    case Complaint::NoRoute:
      return {Icmpv6::kUnreachable, Icmpv6::kNoRoute};
    case Complaint::Host:
      return {Icmpv6::kUnreachable, Icmpv6::kAddress};
    case Complaint::Port:
      return {Icmpv6::kUnreachable, Icmpv6::kPort};
    case Complaint::Protocol:
      return {Icmpv6::kParameterProblem, 1};
    case Complaint::Prohibited:
      return {Icmpv6::kUnreachable, Icmpv6::kProhibited};
    case Complaint::TooBig:
      return {Icmpv6::kTooBig, 0};
    case Complaint::TtlExceeded:
      break;
  }
  return {Icmpv6::kTimeExceeded, 0};
}

bool is_icmp(const skb::Skb& skb) {
  const std::uint8_t protocol = skb.headers().protocol;
  return protocol == (skb.is_ipv4() ? Icmp::kProtocol : Icmpv6::kProtocol);
}

bool is_icmp_error(const skb::Skb& skb) {
  if (!is_icmp(skb) || skb.transport().empty()) return false;
  const auto type = std::to_integer<std::uint8_t>(skb.transport()[0]);
  return skb.is_ipv4() ? Icmp::is_error(type) : Icmpv6::is_error(type);
}

// An answer of ICMP's own that a rule rejects on its way out: the kernel is still busy sending it
// (icmp_xmit_lock), and sends no other meanwhile.
bool is_made_by_icmp(const skb::Skb& skb) {
  if (!is_icmp(skb) || skb.transport().empty()) return false;
  const auto type = std::to_integer<std::uint8_t>(skb.transport()[0]);
  return type != (skb.is_ipv4() ? Icmp::kEchoRequest : Icmpv6::kEchoRequest);
}

// icmp_send and icmp6_send: what is never answered by an error.
bool may_be_answered(const Packet& about, std::uint8_t type) {
  const skb::Skb& skb = about.skb;
  const bool too_big_v6 = skb.is_ipv6() && type == Icmpv6::kTooBig;
  if (skb.type != skb::PacketType::Host && !too_big_v6) return false;
  const bool group = about.way.kind == Way::Kind::Broadcast ||
                     about.way.kind == Way::Kind::Multicast || skb.destination().is_multicast();
  if (group && !too_big_v6) return false;
  if (skb.headers().fragment_offset != 0) return false;
  if (about.locally_made && is_made_by_icmp(skb)) return false;
  if (skb.is_ipv6() && (skb.source().is_multicast() || skb.source().is_unspecified())) return false;
  const bool error = skb.is_ipv6() || Icmp::is_error(type);
  return !error || !is_icmp_error(skb);
}

// As much of the packet as fits in 576 bytes (RFC 1812 4.3.2.3), or in 1280 (RFC 4443 2.4 c).
BytesView quote_of(const skb::Skb& skb, std::uint32_t mtu) {
  const std::size_t room = skb.is_ipv4() ? std::min<std::size_t>(mtu, 576) - 28 : 1280 - 48;
  return skb.bytes().first(std::min(room, skb.size()));
}

// Where the packet came in; kNoSlot: nowhere.
Slot slot_in(const Host& host, const Packet& about) {
  if (about.locally_made || about.skb.in_interface == 0) return kNoSlot;
  const auto found = std::ranges::find(host.interfaces, about.skb.in_interface, &Interface::index);
  return found == host.interfaces.end() ? kNoSlot
                                        : static_cast<Slot>(found - host.interfaces.begin());
}

// What the packet's route says of IPv4 (RTCF_LOCAL), and the address itself of IPv6.
bool is_for_own_address(const Host& host, const Packet& about) {
  if (about.skb.is_ipv4()) return about.way.kind == Way::Kind::Local;
  return host.has_address(about.skb.destination());
}

// A packet for the node itself is answered from the address that it was for; else the route to the
// sender says.
std::optional<IpAddress> answering_address(const World& world, const Host& host,
                                           const Packet& about) {
  const bool own = is_for_own_address(host, about);
  if (own && !about.locally_made) return about.skb.destination();
  const Slot in = slot_in(host, about);
  if (in == kNoSlot) return std::nullopt;
  // Of IPv6 the address that it would talk with by the interface that the packet came in by, unless
  // the route back says which (icmpv6_rt_has_prefsrc).
  if (about.skb.is_ipv6()) {
    const OutputRoute back = route_output(world, host, {.destination = about.skb.source()});
    if (back.way.source) return std::nullopt;
    return select_address6(host, in, about.skb.source());
  }
  if (!host.settings->errors_use_inbound_address) return std::nullopt;
  return select_address(world, host, in, about.skb.source());
}

// Packets that discover an MTU are always answered.
bool is_limited(const skb::Skb& about, std::uint8_t type, std::uint8_t code) {
  if (about.is_ipv6()) return type != Icmpv6::kTooBig;
  if (type == Icmp::kUnreachable) return code != Icmp::kFragmentationNeeded;
  return type == Icmp::kTimeExceeded || type == Icmp::kParameterProblem;
}

// icmp_send: an error is of internetwork control; icmp6_send keeps the traffic class.
std::uint8_t tos_of_error(const skb::Skb& about, std::uint8_t type) {
  constexpr std::uint8_t kTosMask = 0x1e;
  constexpr std::uint8_t kInternetworkControl = 0xc0;
  if (about.is_ipv6() || !Icmp::is_error(type)) return about.tos();
  return (about.tos() & kTosMask) | kInternetworkControl;
}

void reply_to_echo(World& world, Host& host, Packet&& request) {
  const skb::Skb& skb = request.skb;
  const BytesView echo = skb.transport();
  const bool broadcast = request.way.kind != Way::Kind::Local;
  const bool silent = skb.is_ipv4() && (host.settings->echo_ignore_all ||
                                        (broadcast && host.settings->echo_ignore_broadcasts));
  world.end(host, request, End::Echoed);
  const OutputRoute route =
      route_output(world, host,
                   {.destination = skb.source(),
                    .source = broadcast ? std::nullopt : std::optional(skb.destination()),
                    .out = link_of_answer(host, request)});
  Packet reply{.way = route.way,
               .tail = world.answer(host, request.tail, Event::Replied, 0),
               .locally_made = true};
  const auto type = skb.is_ipv4() ? Icmp::kEchoReply : Icmpv6::kEchoReply;
  const IpAddress source = route.end == End::None ? route.source : skb.destination();
  reply.skb = skb::Skb(make_icmp({.source = source,
                                  .destination = skb.source(),
                                  .ttl = host.settings->ttl,
                                  .dont_fragment = false,
                                  .id = load_be16(echo.data() + 6),
                                  .tos = skb.tos()},
                                 type, std::to_integer<std::uint8_t>(echo[1]),
                                 load_be32(echo.data() + 4), echo.subspan(8)),
                       skb.ether_type());
  reply.skb.has_drawn_id = true;
  reply.skb.has_drawn_data = skb.has_drawn_data;
  if (silent) return world.end(host, reply, End::Silent);
  if (route.end != End::None) return end_without_way(world, host, reply, route.end);
  send_ip(world, host, std::move(reply));
}

bool is_sound(const skb::Skb& skb) {
  const BytesView message = skb.transport();
  if (message.size() < 8) return false;
  if (skb.checksum_partial) return true;
  packet::InternetSum sum;
  if (skb.is_ipv6()) {
    sum = packet::pseudo_header(skb.source(), skb.destination(), Icmpv6::kProtocol,
                                static_cast<std::uint32_t>(message.size()));
  }
  return sum.add(message).checksum() == 0;
}

}  // namespace

Slot link_of_answer(const Host& host, const Packet& about) {
  return about.skb.is_ipv6() && about.skb.source().is_link_local() ? slot_in(host, about) : kNoSlot;
}

bool send_error(World& world, Host& host, const Packet& about, std::uint8_t type, std::uint8_t code,
                std::uint32_t info) {
  const skb::Skb& skb = about.skb;
  if (!may_be_answered(about, type)) return false;
  const IpAddress target = skb.source();
  if (is_anycast(host, target)) return false;  // icmpv6_route_lookup
  const OutputRoute route = route_output(world, host,
                                         {.destination = target,
                                          .source = answering_address(world, host, about),
                                          .out = link_of_answer(host, about)});
  if (route.end != End::None) return false;
  const Time rate = std::chrono::milliseconds(skb.is_ipv4() ? host.settings->icmp_rate_ms
                                                            : host.settings->icmp6_rate_ms);
  const bool over_loopback = route.way.out == kLoopback;
  if (!over_loopback && is_limited(skb, type, code) && !within_rate(world, host, target, rate)) {
    return false;
  }
  Packet error{
      .way = route.way,
      .tail = world.answer(host, about.tail, Event::Answered, answer_detail(false, type, code)),
      .locally_made = true};
  error.skb = skb::Skb(make_icmp({.source = route.source,
                                  .destination = target,
                                  .ttl = host.settings->ttl,
                                  .dont_fragment = false,
                                  .tos = tos_of_error(skb, type)},
                                 type, code, info, quote_of(skb, route.way.mtu)),
                       skb.ether_type());
  error.skb.has_drawn_id = true;
  error.skb.has_drawn_data = skb.has_drawn_id || skb.has_drawn_data;
  // An error belongs to the flow that it is about (icmp_glue_bits, icmpv6_getfrag).
  const bool is_error = skb.is_ipv6() || Icmp::is_error(type);
  if (is_error && skb.connection) conntrack::Tracker::attach(error.skb, skb);
  send_ip(world, host, std::move(error));
  return true;
}

void complain(World& world, Host& host, Packet&& packet, End how, Complaint what,
              std::uint32_t info) {
  const Numbers numbers = packet.skb.is_ipv4() ? numbers_v4(what) : numbers_v6(what);
  world.end(host, packet, how);
  // UDP has let go of the connection by then (nf_reset_ct in __udp4_lib_rcv).
  if (what == Complaint::Port) packet.skb.connection = {};
  send_error(world, host, packet, numbers.type, numbers.code, info);
}

void fail_at_neighbor(World& world, Host& host, Packet&& packet) {
  complain(world, host, std::move(packet), End::NoNeighbor, Complaint::Host);
}

void receive_icmp(World& world, Host& host, Packet&& packet) {
  if (!is_icmp(packet.skb)) {
    return complain(world, host, std::move(packet), End::NoProtocol, Complaint::Protocol);
  }
  if (!is_sound(packet.skb)) return world.end(host, packet, End::Malformed);
  const auto type = std::to_integer<std::uint8_t>(packet.skb.transport()[0]);
  const bool v4 = packet.skb.is_ipv4();
  if (type == (v4 ? Icmp::kEchoRequest : Icmpv6::kEchoRequest)) {
    return reply_to_echo(world, host, std::move(packet));
  }
  constexpr std::uint8_t kTimestampRequest = 13;
  if (v4 && type == kTimestampRequest && packet.way.kind == Way::Kind::Local) {
    return world.end_unknown(host, packet, "the time of day in an ICMP timestamp");
  }
  learn_path_mtu(world, host, packet.skb, packet.tail);
  const bool reply = type == (v4 ? Icmp::kEchoReply : Icmpv6::kEchoReply);
  world.end(host, packet, reply ? End::Delivered : End::Consumed);
}

}  // namespace topoproof::sim
