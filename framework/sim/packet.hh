// SPDX-License-Identifier: GPL-2.0-or-later
// A packet under way: the kernel's part of it, its route, and its last record.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ip_address.hh"
#include "routing/fib.hh"
#include "sim/record.hh"
#include "skb/skb.hh"

namespace topoproof::sim {

// The route of a packet at a node (the kernel's dst_entry).
struct Way {
  enum class Kind : std::uint8_t { None, Unicast, Local, Broadcast, Multicast };
  Kind kind = Kind::None;
  bool redirects = false;  // the sender should have sent it to the next hop itself
  Slot out = kNoSlot;
  std::uint32_t mtu = 0;
  std::optional<IpAddress> gateway = {};
  std::optional<IpAddress> source = {};   // what the route says that local senders use
  const routing::Route* route = nullptr;  // none: nobody looked it up
};

// A packet that met the hooks of IP in a bridge (struct nf_bridge_info).
struct Bridged {
  Slot in = kNoSlot;   // the ports
  Slot out = kNoSlot;  // once it is forwarded
};

struct Packet {
  skb::Skb skb;
  Way way = {};
  RecordId tail = kNoRecord;
  std::uint16_t hops = 0;     // interfaces that it went out by: what goes round is found so
  bool locally_made = false;  // at the node where it is
  bool is_copy = false;       // that a rule made at the node where it is
  std::uint8_t detours = 0;   // how often rules sent it out by another interface there
  std::optional<Bridged> bridged = {};
};

}  // namespace topoproof::sim
