// SPDX-License-Identifier: GPL-2.0-or-later
// What iptables does with a packet that matched.
#pragma once

#include "base/ip_address.hh"
#include "xtables/extension.hh"

namespace topoproof::xtables {

// Numbers of `enum ipt_reject_with` and `enum ip6t_reject_with`, which differ.
struct RejectTarget {
  Family family = Family::Ipv4;
  std::uint32_t with = 0;
  friend auto operator<=>(const RejectTarget&, const RejectTarget&) = default;

  bool is_tcp_reset() const;
  // Type and code of the ICMP error; of a TCP reset nothing that means anything.
  std::uint8_t icmp_type() const;
  std::uint8_t icmp_code() const;
};

struct LogTarget {
  std::uint8_t level = 4;  // of syslog
  std::uint8_t flags = 0;  // XT_LOG_*
  std::string prefix;
  friend auto operator<=>(const LogTarget&, const LogTarget&) = default;
};
struct NflogTarget {
  std::uint32_t length = 0;
  std::uint16_t group = 0;
  std::uint16_t threshold = 0;
  std::uint16_t flags = 0;  // 1: `length` counts (XT_NFLOG_F_COPY_LEN)
  std::string prefix;
  friend auto operator<=>(const NflogTarget&, const NflogTarget&) = default;
};

// mark = (mark & ~mask) ^ value
struct MarkTarget {
  std::uint32_t value = 0;
  std::uint32_t mask = 0xffffffff;
  friend auto operator<=>(const MarkTarget&, const MarkTarget&) = default;
};

enum class ConnmarkMode : std::uint8_t { Set, Save, Restore };

// Revision 2; see connmark_tg of xt_connmark.c for the sums.
struct ConnmarkTarget {
  std::uint32_t value = 0;
  std::uint32_t connection_mask = 0xffffffff;
  std::uint32_t packet_mask = 0xffffffff;
  bool shifts_right = false;
  std::uint8_t shift_bits = 0;
  ConnmarkMode mode = ConnmarkMode::Set;
  friend auto operator<=>(const ConnmarkTarget&, const ConnmarkTarget&) = default;
};

inline constexpr std::uint16_t kClampToPathMtu = 0xffff;
struct TcpMssTarget {
  std::uint16_t size = kClampToPathMtu;
  friend auto operator<=>(const TcpMssTarget&, const TcpMssTarget&) = default;
};

enum class NatTargetKind { Snat, Dnat, Masquerade, Redirect, Netmap };

// Bits of NatTarget::flags (NF_NAT_RANGE_*).
inline constexpr std::uint32_t kNatHasAddresses = 1;
inline constexpr std::uint32_t kNatHasPorts = 2;
inline constexpr std::uint32_t kNatRandom = 4;
inline constexpr std::uint32_t kNatPersistent = 8;
inline constexpr std::uint32_t kNatFullyRandom = 16;
inline constexpr std::uint32_t kNatPortOffset = 32;
inline constexpr std::uint32_t kNatNetmap = 64;

// Of Netmap the bits in which the addresses agree are the network's, the others stay the packet's.
struct NatTarget {
  NatTargetKind kind = NatTargetKind::Snat;
  Family family = Family::Ipv4;
  std::uint32_t flags = 0;
  IpAddress first_address;
  IpAddress last_address;
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 0;
  std::uint16_t base_port = 0;  // of a shifted range, Dnat only
  friend auto operator<=>(const NatTarget&, const NatTarget&) = default;
};

// Bits of CtTarget::flags (XT_CT_*).
inline constexpr std::uint16_t kCtNotrack = 1;
inline constexpr std::uint16_t kCtSaidAsNotrack = 2;  // written as `-j NOTRACK`: means the same
inline constexpr std::uint16_t kCtZoneOriginal = 4;
inline constexpr std::uint16_t kCtZoneReply = 8;
inline constexpr std::uint16_t kCtZoneIsMark = 16;

// Revision 2.
struct CtTarget {
  std::uint16_t flags = 0;
  std::uint16_t zone = 0;
  std::uint32_t events = 0;              // bits 1 << IPCT_*
  std::uint32_t expectation_events = 0;  // bits 1 << IPEXP_*
  std::string helper;
  std::string timeout;  // the name of a policy
  friend auto operator<=>(const CtTarget&, const CtTarget&) = default;
};

struct TproxyTarget {
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
  IpAddress address;       // unspecified: the incoming interface's
  std::uint16_t port = 0;  // 0: the packet's
  friend auto operator<=>(const TproxyTarget&, const TproxyTarget&) = default;
};

struct ClassifyTarget {
  std::uint32_t priority = 0;
  friend auto operator<=>(const ClassifyTarget&, const ClassifyTarget&) = default;
};
struct DscpTarget {
  std::uint8_t value = 0;
  friend auto operator<=>(const DscpTarget&, const DscpTarget&) = default;
};
struct TosTarget {  // tos = (tos & ~mask) ^ value
  std::uint8_t value = 0;
  std::uint8_t mask = 0;
  friend auto operator<=>(const TosTarget&, const TosTarget&) = default;
};
struct ChecksumTarget {
  std::uint8_t operation = 1;  // 1: fill in
  friend auto operator<=>(const ChecksumTarget&, const ChecksumTarget&) = default;
};

enum class HopChange : std::uint8_t { Set, Increase, Decrease };

struct HopLimitTarget {  // TTL of IPv4, HL of IPv6
  Family family = Family::Ipv4;
  HopChange change = HopChange::Set;
  std::uint8_t value = 0;
  friend auto operator<=>(const HopLimitTarget&, const HopLimitTarget&) = default;
};

struct QueueTarget {  // NFQUEUE, revision 3
  std::uint16_t first = 0;
  std::uint16_t total = 1;
  std::uint16_t flags = 0;  // 1: bypass, 2: by processor
  friend auto operator<=>(const QueueTarget&, const QueueTarget&) = default;
};

}  // namespace topoproof::xtables
