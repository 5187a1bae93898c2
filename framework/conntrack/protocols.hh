// SPDX-License-Identifier: GPL-2.0-or-later
// What each transport protocol makes of a packet of a flow. For the sources of this module.
#pragma once

#include <cstddef>

#include "conntrack/entry.hh"
#include "conntrack/outcome.hh"
#include "conntrack/settings.hh"
#include "conntrack/table.hh"
#include "skb/skb.hh"

namespace topoproof::conntrack {

enum class Step {
  Follow,   // the packet belongs to its flow
  Invalid,  // it does not: it loses the flow, and passes
  Drop,
  Again,  // the flow is gone: the packet begins a new one
  Unknown,
};

struct Visit {
  Entry& entry;
  const skb::Skb& packet;
  std::size_t transport = 0;  // offset
  skb::CtInfo info = skb::CtInfo::New;
  const HookPoint& at;
  const Settings& settings;
  const Clock& clock;
  Table& table;

  Direction direction() const { return direction_of(info); }
  BytesView bytes() const { return packet.bytes().subspan(transport); }
};

Step follow(const Visit& visit);  // by protocol

Step follow_tcp(const Visit& visit);
Step follow_udp(const Visit& visit);
Step follow_icmp(const Visit& visit);

// Extends the flow's life and counts the packet (nf_ct_refresh_acct).
void refresh(const Visit& visit, Time timeout);
bool has_bad_checksum(const Visit& visit, std::uint8_t protocol);

// ICMP errors: about which flow, and in which direction. Gives the packet its connection where
// there is one. RETURNS: false if the packet is invalid (nf_conntrack_icmpv4_error and _icmpv6_).
bool relate_error(skb::Skb& packet, std::size_t transport, const HookPoint& at,
                  const Settings& settings, const Zone& zone, Table& table);

}  // namespace topoproof::conntrack
