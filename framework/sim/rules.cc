// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/rules.hh"

#include <algorithm>

#include "sim/route.hh"

namespace topoproof::sim {
namespace {

using machine::Answer;
using machine::unknown;

constexpr std::uint32_t kUnicast = 1;  // RTN_*
constexpr std::uint32_t kBroadcast = 3;
constexpr std::uint32_t kMulticast = 5;

}  // namespace

conntrack::HookPoint HookPlace::point() const {
  const auto index = [&](Slot slot) { return slot == kNoSlot ? 0 : host.at(slot).index; };
  return {hook, ip_family(), index(in), index(out)};
}

Slot NodeEnvironment::slot_of(std::uint32_t index) const {
  const auto found = std::ranges::find(host().interfaces, index, &Interface::index);
  return found == host().interfaces.end() ? kNoSlot
                                          : static_cast<Slot>(found - host().interfaces.begin());
}

Answer<std::optional<IpAddress>> NodeEnvironment::masquerade_address(
    const skb::Skb& packet, const machine::Interface& out) {
  const Slot slot = slot_of(out.index);
  if (packet.is_ipv6()) return select_address6(host(), slot, packet.destination());
  const IpAddress next = packet_->way.gateway.value_or(packet.destination());
  return select_address(world_, host(), slot, next);
}

// nf_nat_redirect_ipv4 takes the first address whatever it is; of IPv6 one that reaches as far as
// the packet's own destination.
Answer<std::optional<IpAddress>> NodeEnvironment::redirect_address(const skb::Skb& packet,
                                                                   const machine::Interface& in) {
  const Slot slot = slot_of(in.index);
  if (slot == kNoSlot) return std::nullopt;
  const bool on_link = packet.is_ipv6() && packet.destination().is_link_local();
  for (const InterfaceAddress& own : host().at(slot).addresses) {
    if (own.address.is_v4() != packet.is_ipv4()) continue;
    if (own.address.is_v4() || own.address.is_link_local() == on_link) return own.address;
  }
  return std::nullopt;
}

Answer<std::uint32_t> NodeEnvironment::fib_interface(const machine::FibQuestion& question) {
  const routing::Fib* fib = host().fib(question.destination.family());
  if (fib == nullptr) return 0;
  routing::Query query{
      .source = question.source, .destination = question.destination, .mark = question.mark};
  if (question.in_interface != 0) query.incoming = slot_of(question.in_interface);
  if (question.out_interface != 0) query.outgoing = slot_of(question.out_interface);
  const routing::Found found = fib->find(query);
  const bool unicast =
      found.refusal == routing::Refusal::None && found.route->type == state::RouteType::Unicast;
  if (!unicast) return 0;
  if (question.out_interface != 0) return question.out_interface;
  return host().at(found.hops.front().interface).index;
}

// Unlike an outgoing interface that is asked for, the one that the packet came by chooses no route:
// the longest prefix does, and then one of its ways must be that.
Answer<bool> NodeEnvironment::leads_back(const machine::ReverseQuestion& question) {
  const routing::Fib* fib = host().fib(question.source.family());
  if (fib == nullptr) return false;
  const Slot in = slot_of(question.in_interface);
  const bool v4 = question.source.is_v4();
  routing::Query query{.source = v4 ? IpAddress(Ipv4Address()) : IpAddress(Ipv6Address()),
                       .destination = question.source,
                       .incoming = kLoopback,
                       .mark = question.mark};
  const bool can_be_source =
      !question.destination.is_multicast() && !is_limited_broadcast(question.destination);
  if (can_be_source) query.source = question.destination;
  if (!v4 && question.source.is_link_local()) query.outgoing = in;
  const routing::Found back = fib->find(query);
  if (back.refusal != routing::Refusal::None) return false;
  const bool local = back.route->type == state::RouteType::Local;
  if (local && !v4) return question.accept_local;
  if (local ? !question.accept_local : back.route->type != state::RouteType::Unicast) return false;
  return question.loose || std::ranges::any_of(back.hops, [&](const routing::Hop& hop) {
           return hop.interface == in;
         });
}

Answer<std::string> NodeEnvironment::interface_name(std::uint32_t index) {
  const Slot slot = slot_of(index);
  return slot == kNoSlot ? std::string() : host().at(slot).name;
}

// __inet_dev_addr_type: the local table knows; whatever it does not know is unicast.
Answer<std::uint32_t> NodeEnvironment::address_type(const IpAddress& address,
                                                    std::uint32_t interface) {
  if (address.is_multicast()) return kMulticast;
  if (is_limited_broadcast(address) || (address.is_v4() && address.is_unspecified())) {
    return kBroadcast;
  }
  const routing::Fib* fib = host().fib(address.family());
  if (fib == nullptr) return kUnicast;
  const routing::Found found =
      fib->find_in(state::kTableLocal, {.source = {}, .destination = address});
  const bool there = found.route != nullptr &&
                     (interface == 0 || found.hops.front().interface == slot_of(interface));
  if (there) return static_cast<std::uint32_t>(found.route->type);
  if (address.is_v4()) return kUnicast;
  const routing::Found way = fib->find({.source = {}, .destination = address});
  return way.route == nullptr ? std::uint32_t{7} : static_cast<std::uint32_t>(way.route->type);
}

// nft_rt_get_eval, with get_tcpmss: the smaller MTU of both ways, less the headers.
Answer<std::optional<machine::RouteOfPacket>> NodeEnvironment::route_of(const skb::Skb& packet) {
  const Way& way = packet_->way;
  if (way.kind == Way::Kind::None) return std::nullopt;
  const auto sizes = packet.is_ipv4() ? 40U : 60U;
  const OutputRoute back = route_output(world_, host(), {.destination = packet.source()});
  std::uint32_t mtu = way.mtu;
  if (back.end == End::None) mtu = std::min(mtu, back.way.mtu);
  constexpr std::uint16_t kLeastMss = 536;  // TCP_MSS_DEFAULT
  const bool usual = mtu > sizes && mtu <= 0xffff;
  return machine::RouteOfPacket{
      .next_hop = way.gateway.value_or(packet.destination()),
      .tcp_mss = usual ? static_cast<std::uint16_t>(mtu - sizes) : kLeastMss};
}

Answer<std::optional<machine::SocketOwner>> NodeEnvironment::socket_owner(
    const skb::Skb& /*packet*/) {
  if (!packet_->locally_made) return std::nullopt;
  return unknown("the owner of a socket");
}

}  // namespace topoproof::sim
