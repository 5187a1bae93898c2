// SPDX-License-Identifier: GPL-2.0-or-later
// One node of the simulation, as its kernel keeps it: interfaces, routes, neighbours, bridges,
// sockets. Compact: a hundred thousand of them fit in 2 GiB. Internal to this module.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "conntrack/defrag.hh"
#include "impair/direction.hh"
#include "routing/fib.hh"
#include "routing/settings.hh"
#include "sim/fragments.hh"
#include "sim/network.hh"
#include "sim/packet.hh"
#include "sim/socket.hh"
#include "sim/time.hh"

namespace topoproof::sim {

class Netfilter;
struct Tracking;

// An interface of some node.
struct Place {
  std::uint32_t node = 0;
  Slot slot = kNoSlot;
  bool is_set() const { return slot != kNoSlot; }
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct BridgeStation {
  Slot port = kNoSlot;  // the bridge itself: one of its own addresses
  Time seen;
  bool is_static = false;
};

struct MacHash {
  std::size_t operator()(const MacAddress& mac) const noexcept {
    std::uint64_t bits = 0;
    for (const std::byte b : mac.bytes()) bits = bits << 8 | std::to_integer<std::uint64_t>(b);
    return std::hash<std::uint64_t>{}(bits);
  }
};

class Audience;

struct Bridge {
  std::shared_ptr<const Audience> audience = {};  // made when it is first needed
  Time ageing;
  bool stp = false;
  std::vector<Slot> ports;
  std::unordered_map<MacAddress, BridgeStation, MacHash> stations;
};

struct Interface {
  std::string name;
  std::uint32_t index = 0;
  MacAddress mac;
  std::uint32_t mtu = 1500;
  state::LinkKind kind = state::LinkKind::Veth;
  bool up = false;
  Slot master = kNoSlot;
  std::uint32_t peer_index = 0;  // of a veth
  Place peer;
  state::PortOptions port;
  const routing::InterfaceSettings* settings = nullptr;  // shared by all that are alike
  // IPv4's first of a network is its primary; of IPv6 the last given of a scope is the first.
  std::vector<InterfaceAddress> addresses;
  std::unique_ptr<Bridge> bridge;
  std::unique_ptr<impair::Direction> impaired = {};  // what leaves; null: it is not
};

struct Neighbor {
  Slot slot = kNoSlot;
  IpAddress address;
  std::optional<MacAddress> mac = {};
  bool permanent = false;
  bool sought = false;     // asked for, and not found yet
  std::uint8_t asked = 0;  // how often, while packets wait
  Time updated{0};         // when its address last changed
  std::vector<Packet> waiting = {};
};

// How many ICMP errors one host may still have, and how often it was redirected without heeding it
// (inet_peer). Both count from the last of either.
struct Peer {
  IpAddress address;
  Time tokens;
  Time last;
  unsigned redirects = 0;
};

// Of the way to a destination, for packets of the node's own (fib_nh_exception).
struct PathMtu {
  IpAddress destination;
  std::uint32_t mtu = 0;
  Time expires{0};
};

struct Host {
  Host();
  ~Host();
  Host(Host&&) noexcept;
  Host& operator=(Host&&) noexcept;

  std::uint32_t id = 0;
  std::string name;
  std::vector<Interface> interfaces;  // the loopback first
  const routing::NodeSettings* settings = nullptr;
  std::optional<routing::Fib> ipv4;
  std::optional<routing::Fib> ipv6;
  std::vector<Neighbor> neighbors;  // by slot and address
  std::vector<Listener> listeners;  // sorted
  Sockets sockets;
  FirstFragments first_fragments;
  std::unique_ptr<conntrack::Defragmenter> fragments;  // of what is for the node itself
  std::vector<Peer> peers;
  std::vector<PathMtu> path_mtus;
  std::unique_ptr<Tracking> tracking;    // null: it never had rules
  std::unique_ptr<Netfilter> netfilter;  // null: no rules
  std::string unknown;                   // why nothing is known of packets that come here,
  std::string unknown_to_tcp;            // or of those that TCP sends and gets
  bool is_plain = false;  // all it knows of its links was learned there, or will stay; see Audience

  NodeId node() const { return NodeId(id); }
  const Interface& at(Slot slot) const { return interfaces[slot]; }
  const routing::Fib* fib(Family family) const {
    const auto& fib = family == Family::Ipv4 ? ipv4 : ipv6;
    return fib ? &*fib : nullptr;
  }
  Neighbor* find_neighbor(Slot slot, const IpAddress& address);
  Neighbor& add_neighbor(Neighbor neighbor);  // REQUIRES: it is not there
  bool has_address(const IpAddress& address) const;
};

}  // namespace topoproof::sim
