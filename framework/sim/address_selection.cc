// SPDX-License-Identifier: GPL-2.0-or-later
// Which of its own addresses a node talks with.
#include <algorithm>
#include <array>
#include <bit>
#include <tuple>

#include "sim/route.hh"

namespace topoproof::sim {
namespace {

// The first primary address, and of those whose network has the peer the first of all.
// 127.0.0.1 is for the node alone (RT_SCOPE_HOST).
std::optional<IpAddress> select_on(const Interface& interface,
                                   const std::optional<IpAddress>& peer) {
  std::optional<IpAddress> first;
  for (const InterfaceAddress& address : interface.addresses) {
    if (!address.address.is_v4() || address.address.is_loopback()) continue;
    if (!peer || address.network().contains(*peer)) return address.address;
    if (!first) first = address.address;
  }
  return first;
}

int scope_of(const IpAddress& address) {
  if (address.is_loopback() || address.is_link_local()) return 2;
  if (!address.is_multicast()) return 14;
  return std::to_integer<int>(address.v6().bytes()[1]) & 15;
}

struct LabelledPrefix {
  std::array<std::byte, 4> start;
  int bits;
  int label;
};

// net/ipv6/addrlabel.c, the prefixes that are not ::/0 and need no more than 32 bits.
int label_of(const IpAddress& address) {
  constexpr std::byte k0{0};
  constexpr std::array<LabelledPrefix, 4> kLabels{
      {{{std::byte{0xfc}, k0, k0, k0}, 7, 5},
       {{std::byte{0x20}, std::byte{0x02}, k0, k0}, 16, 2},
       {{std::byte{0x20}, std::byte{0x01}, k0, std::byte{0x10}}, 28, 7},
       {{std::byte{0x20}, std::byte{0x01}, k0, k0}, 32, 6}}};
  if (address.is_loopback()) return 0;
  const std::uint32_t bits = load_be32(address.v6().bytes().data());
  for (const LabelledPrefix& prefix : kLabels) {
    const int rest = 32 - prefix.bits;
    if (bits >> rest == load_be32(prefix.start.data()) >> rest) return prefix.label;
  }
  return 1;
}

int common_bits(const IpAddress& a, const IpAddress& b) {
  const routing::Key x = routing::key_of(a);
  const routing::Key y = routing::key_of(b);
  const int high = std::countl_zero(x.high ^ y.high);
  return high < 64 ? high : 64 + std::countl_zero(x.low ^ y.low);
}

// Larger is better, the first that differs decides (ipv6_get_saddr_eval in net/ipv6/addrconf.c).
using Score = std::tuple<bool, int, bool, bool, int>;

Score score_of(const InterfaceAddress& own, bool on_interface, const IpAddress& peer) {
  const int scope = scope_of(own.address);
  const int scope_score = scope >= scope_of(peer) ? -scope : scope - 128;
  return {own.address == peer, scope_score, on_interface, label_of(own.address) == label_of(peer),
          std::min(common_bits(own.address, peer), own.length)};
}

}  // namespace

// ipv6_link_dev_addr: the larger scope first, and of equal ones the one that came last.
void add_address(Interface& interface, const InterfaceAddress& address) {
  auto& all = interface.addresses;
  if (address.address.is_v4()) return all.push_back(address);
  const auto place = std::ranges::find_if(all, [&](const InterfaceAddress& own) {
    return own.address.is_v6() && scope_of(own.address) <= scope_of(address.address);
  });
  all.insert(place, address);
}

std::optional<IpAddress> select_address(const World& /*world*/, const Host& host, Slot out,
                                        const std::optional<IpAddress>& peer) {
  if (out != kNoSlot) {
    if (const auto found = select_on(host.at(out), peer)) return found;
  }
  for (const Interface& interface : host.interfaces) {
    if (const auto found = select_on(interface, std::nullopt)) return found;
  }
  return std::nullopt;
}

std::optional<IpAddress> select_address6(const Host& host, Slot out, const IpAddress& peer) {
  const bool link_only = peer.is_link_local() || (peer.is_multicast() && scope_of(peer) <= 2);
  std::optional<IpAddress> best;
  Score best_score;
  for (std::size_t slot = 0; slot < host.interfaces.size(); ++slot) {
    if (link_only && slot != out) continue;
    for (const InterfaceAddress& own : host.interfaces[slot].addresses) {
      if (!own.address.is_v6() || !host.interfaces[slot].up) continue;
      const Score score = score_of(own, slot == out, peer);
      if (best && score <= best_score) continue;
      best = own.address;
      best_score = score;
    }
  }
  return best;
}

// From behind, so that it is the oldest.
std::optional<IpAddress> link_address(const Interface& interface) {
  const auto& all = interface.addresses;
  const auto found = std::ranges::find_if(all.rbegin(), all.rend(), [](const auto& own) {
    return own.address.is_v6() && own.address.is_link_local();
  });
  return found == all.rend() ? std::nullopt : std::optional(found->address);
}

bool is_anycast(const Host& host, const IpAddress& address) {
  if (address.is_v4()) return false;
  const routing::Found found =
      host.ipv6->find_in(state::kTableLocal, {.source = {}, .destination = address});
  return found.route != nullptr && found.route->type == state::RouteType::Anycast;
}

bool is_broadcast(const Host& host, const IpAddress& address) {
  if (!address.is_v4()) return false;
  if (address.v4().bits() == 0xffff'ffff) return true;
  const routing::Found found =
      host.ipv4->find_in(state::kTableLocal, {.source = {}, .destination = address});
  return found.route != nullptr && found.route->type == state::RouteType::Broadcast;
}

}  // namespace topoproof::sim
