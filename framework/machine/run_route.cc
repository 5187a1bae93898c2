// SPDX-License-Identifier: GPL-2.0-or-later
// What routing knows (nft_fib.c, nft_fib_ipv4.c, nft_fib_ipv6.c, nft_rt.c, nft_tunnel.c).
#include "machine/run.hh"

namespace topoproof::machine {
namespace {

constexpr std::uint8_t kDscpBits = 0xfc;

bool is_limited_broadcast(const IpAddress& address) {
  return address.is_v4() && address.v4().bits() == 0xffff'ffff;
}
bool is_local_multicast(const IpAddress& address) {
  return address.is_v4() && address.v4().bits() >> 8U == 0xe00000;
}

std::uint8_t tos_of(const skb::Skb& packet) {
  if (!packet.is_ipv4()) return 0;
  return std::to_integer<std::uint8_t>(packet.bytes()[1]) & kDscpBits;
}

bool has_addresses(const skb::Skb& packet) {
  if (packet.is_ipv4()) return packet.size() >= 20;
  return packet.is_ipv6() && packet.size() >= 40;
}

}  // namespace

void Run::other(const fw::Fib& e, std::uint32_t /*index*/) {
  if (!has_addresses(packet_)) return fail();
  if (e.result != fw::FibResult::AddressType) return load_fib_interface(e);
  const auto* interface = (e.flags & fw::kFibIif) != 0   ? at_.in
                          : (e.flags & fw::kFibOif) != 0 ? at_.out
                                                         : nullptr;
  const auto address =
      (e.flags & fw::kFibDestination) != 0 ? packet_.destination() : packet_.source();
  const auto type =
      world_.environment.address_type(address, interface == nullptr ? 0 : interface->index);
  if (is_known(type)) registers_.word(e.to.word) = *type;
}

void Run::load_fib_interface(const fw::Fib& e) {
  // nft_fib_can_skip; in Linux 6.12 not at INPUT.
  const bool in_hook = at_.hook == fw::Hook::Prerouting || at_.hook == fw::Hook::Ingress ||
                       at_.hook == fw::Hook::Input;
  if (in_hook && at_.in != nullptr && at_.in->type == kLoopbackDevice) {
    return store_fib(e, at_.in->index);
  }
  const auto source = packet_.source();
  const auto destination = packet_.destination();
  const bool no_address_yet = source.is_v4() && source.v4().bits() >> 24U == 0;
  if (no_address_yet && (is_limited_broadcast(destination) || is_local_multicast(destination))) {
    return store_fib(e, packet_.in_interface);
  }
  const bool to_destination = (e.flags & fw::kFibDestination) != 0;
  const auto* through = (e.flags & fw::kFibOif) != 0   ? at_.out
                        : (e.flags & fw::kFibIif) != 0 ? at_.in
                                                       : nullptr;
  FibQuestion question{.destination = to_destination ? destination : source,
                       .source = to_destination ? source : destination,
                       .tos = tos_of(packet_)};
  if ((e.flags & fw::kFibMark) != 0) question.mark = packet_.mark;
  const bool forward_in = at_.hook == fw::Hook::Forward && (e.flags & fw::kFibIif) != 0;
  if (!to_destination && forward_in && at_.out != nullptr) question.in_interface = at_.out->index;
  if (through != nullptr) question.out_interface = through->index;
  const auto interface = world_.environment.fib_interface(question);
  if (is_known(interface)) store_fib(e, *interface);
}

void Run::store_fib(const fw::Fib& e, std::uint32_t interface) {
  const auto to = e.to.word;
  if ((e.flags & fw::kFibPresent) != 0) return registers_.store8(to, interface != 0 ? 1 : 0);
  if (e.result == fw::FibResult::Oif) {
    registers_.word(to) = interface;
    return;
  }
  if (interface == 0) return load_name(to, "");
  const auto name = world_.environment.interface_name(interface);
  if (is_known(name)) load_name(to, *name);
}

void Run::other(const fw::RouteLoad& e, std::uint32_t /*index*/) {
  const auto route = world_.environment.route_of(packet_);
  if (!is_known(route)) return;
  if (!*route) return fail();
  const auto& found = **route;
  switch (e.key) {
    case fw::RouteKey::ClassId:
      registers_.word(e.to.word) = found.class_id;
      return;
    case fw::RouteKey::NextHopIpv4:
    case fw::RouteKey::NextHopIpv6: {
      const bool v4 = e.key == fw::RouteKey::NextHopIpv4;
      if (v4 != (at_.ip_family() == Family::Ipv4)) return fail();
      return registers_.store(e.to.word, found.next_hop.bytes());
    }
    case fw::RouteKey::TcpMss:
      return registers_.store16(e.to.word, found.tcp_mss);
    case fw::RouteKey::Xfrm:
      return registers_.store8(e.to.word, 0);
  }
}

// Nothing here comes out of a tunnel with metadata.
void Run::other(const fw::TunnelLoad& e, std::uint32_t /*index*/) {
  if (e.key == fw::TunnelKey::Path) return registers_.store8(e.to.word, 0);
  fail();
}

}  // namespace topoproof::machine
