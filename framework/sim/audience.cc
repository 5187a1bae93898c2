// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/audience.hh"

#include <algorithm>
#include <iterator>

#include "packet/icmpv6.hh"
#include "sim/netfilter.hh"
#include "sim/world.hh"

namespace topoproof::sim {
namespace {

constexpr std::size_t kArpSize = 28;
constexpr std::size_t kArpSender = 14;
constexpr std::size_t kArpTarget = 24;

bool is_request(BytesView arp) {
  constexpr std::uint16_t kRequest = 1;
  return arp.size() >= kArpSize && load_be16(arp.data() + 6) == kRequest;
}

// The group of a solicitation (RFC 4291 2.7.1); nothing of any other packet.
std::optional<std::uint32_t> solicited_group_of(BytesView ipv6) {
  constexpr std::size_t kHeader = 40;
  constexpr std::size_t kDestination = 24;
  constexpr std::uint64_t kGroup = 0xff02'0000'0000'0000;
  const bool whole = ipv6.size() > kHeader && ipv6[6] == std::byte{packet::Icmpv6::kProtocol} &&
                     ipv6[kHeader] == std::byte{packet::Icmpv6::kNeighborSolicitation};
  if (!whole || load_be64(ipv6.data() + kDestination) != kGroup) return std::nullopt;
  const std::uint64_t low = load_be64(ipv6.data() + kDestination + 8);
  if (low >> 24 != 0x01ff) return std::nullopt;
  return static_cast<std::uint32_t>(low & 0xff'ffff);
}

// Of the node itself, and as it is at one of its interfaces.
bool is_attentive(const Host& host, const Interface& interface) {
  return host.netfilter != nullptr || !host.unknown.empty() || !host.is_plain ||
         interface.master != kNoSlot;
}

bool has_rules_for_frames(const Host& host) {
  return host.netfilter != nullptr && host.netfilter->sees_frames();
}

}  // namespace

Audience::Audience(const World& world, const Host& host, Slot bridge)
    : ports_(host.at(bridge).bridge->ports),
      filters_(has_rules_for_frames(host)),
      filters6_(filters_ || (host.netfilter != nullptr && host.settings->bridge_calls_ip6tables)) {
  for (std::uint32_t place = 0; place < ports_.size(); ++place) {
    add_port(world, place, host.at(ports_[place]));
  }
  // The node of the bridge is shown every frame in any case.
  const auto itself = static_cast<std::uint32_t>(ports_.size());
  for (const Interface& own : host.interfaces) add_addresses(itself, own);
}

void Audience::add_port(const World& world, std::uint32_t place, const Interface& port) {
  if (!port.peer.is_set()) return attentive_.push_back(place);
  const Host& host = world.hosts[port.peer.node];
  // Of an impaired link every frame draws what becomes of the next.
  if (port.impaired || is_attentive(host, host.at(port.peer.slot))) attentive_.push_back(place);
  for (const Interface& own : host.interfaces) add_addresses(place, own);
}

// A node answers for all of its addresses on any of its interfaces (fact 51).
void Audience::add_addresses(std::uint32_t place, const Interface& interface) {
  has_proxy_ |= interface.settings->proxy_arp;
  for (const InterfaceAddress& own : interface.addresses) {
    const bool v4 = own.address.is_v4();
    const std::uint32_t key =
        v4 ? own.address.v4().bits() : load_be32(own.address.v6().bytes().data() + 12) & 0xff'ffff;
    Places& places = (v4 ? owners_ : groups_)[key];
    if (places.empty() || places.back() != place) places.push_back(place);
  }
}

std::optional<std::vector<Slot>> Audience::of(const World& world, const skb::Skb& frame) const {
  if (!world.is_pristine()) return std::nullopt;
  if (frame.ether_type() == skb::kEtherArp) return of_request(world, frame.bytes());
  const auto group = frame.is_ipv6() && !filters6_ ? solicited_group_of(frame.bytes())
                                                   : std::optional<std::uint32_t>();
  if (!group) return std::nullopt;
  const auto members = groups_.find(*group);
  return with_attentive(members == groups_.end() ? Places() : members->second);
}

// Who asks is learned by those that know of it already: nothing new, if it is in one place only and
// nobody seeks it in vain.
std::optional<std::vector<Slot>> Audience::of_request(const World& world, BytesView arp) const {
  if (filters_ || has_proxy_ || !is_request(arp)) return std::nullopt;
  const std::uint32_t sender = load_be32(arp.data() + kArpSender);
  const auto asking = owners_.find(sender);
  const bool known_place = asking != owners_.end() && asking->second.size() == 1;
  if (!known_place || world.is_sought(Ipv4Address(sender))) return std::nullopt;
  const auto owners = owners_.find(load_be32(arp.data() + kArpTarget));
  return with_attentive(owners == owners_.end() ? Places() : owners->second);
}

std::vector<Slot> Audience::with_attentive(const Places& places) const {
  Places all;
  std::ranges::set_union(places, attentive_, std::back_inserter(all));
  std::vector<Slot> slots;
  for (const std::uint32_t place : all) {
    if (place < ports_.size()) slots.push_back(ports_[place]);
  }
  return slots;
}

}  // namespace topoproof::sim
