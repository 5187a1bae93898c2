// SPDX-License-Identifier: GPL-2.0-or-later
// Packets for the unit tests of this module, in words.
#pragma once

#include <string>

#include "conntrack/tracker.hh"
#include "packet/stack.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"

namespace topoproof::conntrack {

struct Ends {
  std::string from = "10.0.0.1";
  std::string to = "10.0.0.2";
  std::uint16_t sport = 1000;
  std::uint16_t dport = 80;
  Ends reversed() const { return {to, from, dport, sport}; }
};

skb::Skb udp(const Ends& ends, const std::string& payload = "x");
skb::Skb tcp(const Ends& ends, std::uint8_t flags, std::uint32_t seq = 1, std::uint32_t ack = 0);
skb::Skb echo(const Ends& ends, std::uint8_t type, std::uint16_t id);
// An ICMP error of this type and code about `quoted`.
skb::Skb icmp_error(const std::string& from, const std::string& to, const skb::Skb& quoted,
                    std::uint8_t type = 3, std::uint8_t code = 3);
skb::Skb ip_packet(packet::Stack stack);

Tuple tuple_of(const skb::Skb& packet);
std::string text_of(const skb::Skb& packet);  // its tuple
bool has_good_checksums(const skb::Skb& packet);

inline constexpr HookPoint kPrerouting{.hook = firewall::Hook::Prerouting, .in = 1};
inline constexpr HookPoint kInput{.hook = firewall::Hook::Input, .in = 1};
inline constexpr HookPoint kOutput{.hook = firewall::Hook::Output, .out = 2};
inline constexpr HookPoint kPostrouting{.hook = firewall::Hook::Postrouting, .out = 2};

// "new", "established", "reply", "related", "related-reply", "untracked", "invalid"
std::string state_of(const skb::Skb& packet);

}  // namespace topoproof::conntrack
