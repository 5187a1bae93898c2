// SPDX-License-Identifier: GPL-2.0-or-later
// The matches of iptables that look at what is kept about packets: connections, marks, owners,
// rates, sets.
#pragma once

#include "base/ip_address.hh"
#include "xtables/extension.hh"

namespace topoproof::xtables {

// Bits of ConntrackMatch::asked and ::inverted (XT_CONNTRACK_*).
inline constexpr std::uint16_t kAskState = 1 << 0;
inline constexpr std::uint16_t kAskProtocol = 1 << 1;
inline constexpr std::uint16_t kAskOriginalSource = 1 << 2;
inline constexpr std::uint16_t kAskOriginalDestination = 1 << 3;
inline constexpr std::uint16_t kAskReplySource = 1 << 4;
inline constexpr std::uint16_t kAskReplyDestination = 1 << 5;
inline constexpr std::uint16_t kAskStatus = 1 << 6;
inline constexpr std::uint16_t kAskExpiry = 1 << 7;
inline constexpr std::uint16_t kAskOriginalSourcePort = 1 << 8;
inline constexpr std::uint16_t kAskOriginalDestinationPort = 1 << 9;
inline constexpr std::uint16_t kAskReplySourcePort = 1 << 10;
inline constexpr std::uint16_t kAskReplyDestinationPort = 1 << 11;
inline constexpr std::uint16_t kAskDirection = 1 << 12;  // original; inverted: reply
inline constexpr std::uint16_t kSaidAsState = 1 << 13;   // written as `-m state`: means the same

// Bits of ConntrackMatch::states (XT_CONNTRACK_STATE_*). Those of nf_tables differ.
inline constexpr std::uint16_t kStateInvalid = 1 << 0;
inline constexpr std::uint16_t kStateEstablished = 1 << 1;
inline constexpr std::uint16_t kStateRelated = 1 << 2;
inline constexpr std::uint16_t kStateNew = 1 << 3;
inline constexpr std::uint16_t kStateSourceNat = 1 << 6;
inline constexpr std::uint16_t kStateDestinationNat = 1 << 7;
inline constexpr std::uint16_t kStateUntracked = 1 << 8;

struct MaskedAddress {
  IpAddress address;
  IpAddress mask;
  friend auto operator<=>(const MaskedAddress&, const MaskedAddress&) = default;
};

// Revision 3. What is not asked is zero.
struct ConntrackMatch {
  std::uint16_t asked = 0;
  std::uint16_t inverted = 0;
  std::uint16_t states = 0;
  std::uint16_t status = 0;  // IPS_*: any of these; none at all if 0
  MaskedAddress original_source;
  MaskedAddress original_destination;
  MaskedAddress reply_source;
  MaskedAddress reply_destination;
  std::uint32_t expiry_first = 0;  // seconds left
  std::uint32_t expiry_last = 0;
  std::uint16_t protocol = 0;
  PortRange original_source_ports{0, 0};
  PortRange original_destination_ports{0, 0};
  PortRange reply_source_ports{0, 0};
  PortRange reply_destination_ports{0, 0};
  friend auto operator<=>(const ConntrackMatch&, const ConntrackMatch&) = default;
};

// One packet in `period`, after a burst of so many.
struct LimitMatch {
  std::uint32_t period = 0;  // 10,000 a second
  std::uint32_t burst = 5;
  friend auto operator<=>(const LimitMatch&, const LimitMatch&) = default;
};

// Bits of HashLimitMatch::mode (XT_HASHLIMIT_*).
inline constexpr std::uint32_t kHashByDestination = 1;
inline constexpr std::uint32_t kHashByDestinationPort = 2;
inline constexpr std::uint32_t kHashBySource = 4;
inline constexpr std::uint32_t kHashBySourcePort = 8;
inline constexpr std::uint32_t kHashLimitAbove = 16;
inline constexpr std::uint32_t kHashLimitBytes = 32;
inline constexpr std::uint32_t kHashLimitRateMatch = 64;

// Revision 3.
struct HashLimitMatch {
  Family family = Family::Ipv4;
  std::string name;
  std::uint64_t period = 0;  // between packets, 1,000,000 a second; of bytes see xt_hashlimit.c
  std::uint64_t burst = 5;
  std::uint32_t mode = 0;
  std::uint32_t buckets = 0;
  std::uint32_t entries = 0;  // at most
  std::uint32_t collect_ms = 1000;
  std::uint32_t expire_ms = 0;
  std::uint32_t interval = 0;
  std::uint8_t source_length = 32;  // bits of a prefix
  std::uint8_t destination_length = 32;
  friend auto operator<=>(const HashLimitMatch&, const HashLimitMatch&) = default;
};

struct MarkMatch {
  std::uint32_t mark = 0;
  std::uint32_t mask = 0xffffffff;
  bool inverted = false;
  friend auto operator<=>(const MarkMatch&, const MarkMatch&) = default;
};
struct ConnmarkMatch {
  std::uint32_t mark = 0;
  std::uint32_t mask = 0xffffffff;
  bool inverted = false;
  friend auto operator<=>(const ConnmarkMatch&, const ConnmarkMatch&) = default;
};

// Bits of OwnerMatch (XT_OWNER_*).
inline constexpr std::uint8_t kOwnerUser = 1;
inline constexpr std::uint8_t kOwnerGroup = 2;
inline constexpr std::uint8_t kOwnerSocket = 4;
inline constexpr std::uint8_t kOwnerOtherGroups = 8;  // supplementary groups count as well

struct OwnerMatch {
  std::uint32_t first_user = 0;
  std::uint32_t last_user = 0;
  std::uint32_t first_group = 0;
  std::uint32_t last_group = 0;
  std::uint8_t asked = 0;
  std::uint8_t inverted = 0;
  friend auto operator<=>(const OwnerMatch&, const OwnerMatch&) = default;
};

// Of ipset. The set is known by its number in its namespace, its members not at all.
struct IpSetMatch {
  std::uint16_t set = 0;
  std::uint8_t dimensions = 0;
  std::uint8_t directions = 0;  // bit 0: inverted; bit n: part n is a source (IPSET_DIM_*)
  std::uint64_t packets = 0;
  std::uint8_t packets_test = 0;  // IPSET_COUNTER_*
  std::uint64_t bytes = 0;
  std::uint8_t bytes_test = 0;
  std::uint32_t flags = 0;  // IPSET_FLAG_*
  friend auto operator<=>(const IpSetMatch&, const IpSetMatch&) = default;
};

// Bits of RecentMatch::action (XT_RECENT_*).
inline constexpr std::uint8_t kRecentCheck = 1;
inline constexpr std::uint8_t kRecentSet = 2;
inline constexpr std::uint8_t kRecentUpdate = 4;
inline constexpr std::uint8_t kRecentRemove = 8;
inline constexpr std::uint8_t kRecentTtl = 16;
inline constexpr std::uint8_t kRecentReap = 32;

struct RecentMatch {
  std::uint32_t seconds = 0;
  std::uint32_t hits = 0;
  std::uint8_t action = 0;
  bool inverted = false;
  std::string list;
  bool by_destination = false;
  IpAddress mask;
  friend auto operator<=>(const RecentMatch&, const RecentMatch&) = default;
};

enum class StatisticMode : std::uint16_t { Random, Nth };

struct StatisticMatch {
  StatisticMode mode = StatisticMode::Random;
  bool inverted = false;
  std::uint32_t probability = 0;  // of Random, of 2^31
  std::uint32_t every = 0;        // of Nth: this many less one
  std::uint32_t packet = 0;       // of Nth: which of them
  std::uint32_t count = 0;        // of Nth: where the kernel begins; iptables says every - packet
  friend auto operator<=>(const StatisticMatch&, const StatisticMatch&) = default;
};

}  // namespace topoproof::xtables
