// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/peer.hh"

#include <algorithm>

namespace topoproof::sim {
namespace {

// RETURNS: whether there was enough of them.
bool use_tokens(Peer& peer, Time now, Time pause, Time most) {
  peer.tokens = std::min(peer.tokens + (now - peer.last), most);
  peer.last = now;
  if (peer.tokens < pause) return false;
  peer.tokens -= pause;
  return true;
}

}  // namespace

Peer& peer_of(const World& world, Host& host, const IpAddress& address) {
  auto& peers = host.peers;
  const auto known = std::ranges::find(peers, address, &Peer::address);
  if (known != peers.end()) return *known;
  return peers.emplace_back(Peer{address, std::chrono::minutes(1), world.now()});
}

bool within_rate(const World& world, Host& host, const IpAddress& target, Time pause) {
  constexpr int kBurst = 6;  // XRLIM_BURST_FACTOR
  if (pause == Time(0)) return true;
  return use_tokens(peer_of(world, host, target), world.now(), pause, pause * kBurst);
}

bool may_say_no_route(const World& world, Host& host, const IpAddress& source) {
  constexpr Time kCost = std::chrono::seconds(1);  // net.ipv4.route.error_cost, error_burst
  constexpr Time kBurst = kCost * 5;
  return use_tokens(peer_of(world, host, source), world.now(), kCost, kBurst);
}

}  // namespace topoproof::sim
