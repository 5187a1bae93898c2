// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/redirect.hh"

#include <algorithm>
#include <iterator>

#include "packet/icmp.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/make_packet.hh"
#include "sim/peer.hh"
#include "sim/route.hh"

namespace topoproof::sim {
namespace {

// Each redirect that was not heeded doubles the pause to the next, and after nine there is none
// until the source was silent for 20 seconds.
bool may_redirect(const World& world, Host& host, const IpAddress& source) {
  constexpr unsigned kMost = 9;
  constexpr Time kLoad = std::chrono::milliseconds(20);
  constexpr Time kSilence = kLoad * 1024;
  Peer& peer = peer_of(world, host, source);
  const Time since = world.now() - peer.last;
  if (since > kSilence) peer.redirects = 0;
  const bool too_soon = peer.redirects != 0 && since <= kLoad * (1 << peer.redirects);
  if (peer.redirects < kMost && too_soon) return false;
  peer.last = world.now();
  if (peer.redirects >= kMost) return false;
  ++peer.redirects;
  return true;
}

void append(Bytes& bytes, BytesView more) { std::ranges::copy(more, std::back_inserter(bytes)); }

// RFC 4861 4.6.1: of the target's own address.
Bytes target_option(const MacAddress& mac) {
  constexpr std::byte kTargetLinkAddress{2};
  Bytes option{kTargetLinkAddress, std::byte{1}};
  append(option, mac.bytes());
  return option;
}

// RFC 4861 4.6.3: of the packet, as much as leaves the redirect within the least MTU.
Bytes packet_option(const skb::Skb& about, std::size_t room) {
  constexpr std::byte kRedirectedHeader{4};
  constexpr std::size_t kHeader = 8;
  const std::size_t size = std::min(room, about.size() + kHeader) / 8 * 8;
  Bytes option(kHeader);
  option[0] = kRedirectedHeader;
  option[1] = static_cast<std::byte>(size / 8);
  append(option, about.bytes().first(size - kHeader));
  return option;
}

Bytes redirect_body(const IpAddress& target, const skb::Skb& about,
                    const std::optional<MacAddress>& mac) {
  constexpr std::size_t kRoom = 1280 - 40 - 40;  // behind the headers of IPv6 and of the redirect
  Bytes body = target.bytes();
  append(body, about.destination().bytes());
  const Bytes of_target = mac ? target_option(*mac) : Bytes();
  append(body, of_target);
  append(body, packet_option(about, kRoom - of_target.size()));
  return body;
}

}  // namespace

void send_redirect(World& world, Host& host, const Packet& about) {
  if (!may_redirect(world, host, about.skb.source())) return;
  const IpAddress next = about.way.gateway.value_or(about.skb.destination());
  constexpr std::uint8_t kForHost = 1;
  send_error(world, host, about, packet::Icmp::kRedirect, kForHost, next.v4().bits());
}

// It comes from the link's own address, and of gateways only those are told that have such a one.
void send_redirect6(World& world, Host& host, Slot in, const Packet& about) {
  constexpr std::uint8_t kRedirect = 137;
  constexpr Time kPause = std::chrono::seconds(1);
  const IpAddress destination = about.skb.destination();
  const IpAddress source = about.skb.source();
  if (!within_rate(world, host, destination, kPause)) return;
  const IpAddress target = about.way.gateway.value_or(destination);
  const auto own = link_address(host.at(in));
  if (!own || (target != destination && !target.is_link_local())) return;
  const OutputRoute route =
      route_output(world, host, {.destination = source, .source = own, .out = in});
  if (route.end != End::None || route.way.gateway) return;
  if (!within_rate(world, host, source, kPause)) return;
  const Neighbor* neighbor = host.find_neighbor(about.way.out, target);
  const auto mac = neighbor == nullptr ? std::nullopt : neighbor->mac;
  Packet redirect{
      .skb = skb::Skb(make_icmp({.source = *own, .destination = source, .ttl = 255}, kRedirect, 0,
                                0, redirect_body(target, about.skb, mac)),
                      skb::kEtherIpv6),
      .way = route.way,
      .tail = world.answer(host, about.tail, Event::Answered, answer_detail(false, kRedirect, 0)),
      .locally_made = true};
  send_ip(world, host, std::move(redirect));
}

}  // namespace topoproof::sim
