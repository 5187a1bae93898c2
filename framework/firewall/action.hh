// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions that decide on a packet, change it, or take note of it.
// Byte order and numbers: see expression.hh.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ip_address.hh"
#include "firewall/load.hh"

namespace topoproof::firewall {

// The kernel's numbers: those below zero are nf_tables' own, the others netfilter's.
enum class VerdictKind : std::int32_t {
  Drop = 0,
  Accept = 1,
  Stolen = 2,  // an action took the packet; in trace events only
  Queue = 3,   // to user space; in trace events only
  Continue = -1,
  Break = -2,
  Jump = -3,
  Goto = -4,
  Return = -5,
};

struct Verdict {
  VerdictKind kind = VerdictKind::Accept;
  std::string chain;  // of Jump and Goto
  friend auto operator<=>(const Verdict&, const Verdict&) = default;
};

enum class NatKind : std::uint32_t { Source, Destination };

// What a user can ask for; the bits that follow from the registers in use are not kept here.
inline constexpr std::uint32_t kNatRandom = 4;
inline constexpr std::uint32_t kNatPersistent = 8;
inline constexpr std::uint32_t kNatFullyRandom = 16;
inline constexpr std::uint32_t kNatNetmap = 64;

// A register for the upper end is given only where it differs from that of the lower one.
struct Nat {
  NatKind kind = NatKind::Source;
  Family family = Family::Ipv4;
  std::optional<Register> address;
  std::optional<Register> address_high;
  std::optional<Register> port;
  std::optional<Register> port_high;
  std::uint32_t flags = 0;
  friend auto operator<=>(const Nat&, const Nat&) = default;
};
struct Masquerade {
  std::optional<Register> port;
  std::optional<Register> port_high;
  std::uint32_t flags = 0;
  friend auto operator<=>(const Masquerade&, const Masquerade&) = default;
};
struct Redirect {
  std::optional<Register> port;
  std::optional<Register> port_high;
  std::uint32_t flags = 0;
  friend auto operator<=>(const Redirect&, const Redirect&) = default;
};

// IcmpError: the ICMP or ICMPv6 code of the table's family. AnyError: the code of nft's icmpx, one
// for both families.
enum class RejectKind : std::uint32_t { IcmpError, TcpReset, AnyError };

struct Reject {
  RejectKind kind = RejectKind::AnyError;
  std::uint8_t code = 1;
  friend auto operator<=>(const Reject&, const Reject&) = default;
};

struct Counter {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  friend auto operator<=>(const Counter&, const Counter&) = default;
};

enum class LimitUnit : std::uint32_t { Packets, Bytes };

struct Limit {
  std::uint64_t rate = 0;         // units
  std::uint64_t per_seconds = 1;  // 60: a minute
  std::uint32_t burst = 5;
  LimitUnit unit = LimitUnit::Packets;
  bool over = false;  // matches above the rate, not up to it
  friend auto operator<=>(const Limit&, const Limit&) = default;
};

struct Quota {
  std::uint64_t bytes = 0;
  std::uint64_t consumed = 0;
  bool over = false;
  friend auto operator<=>(const Quota&, const Quota&) = default;
};

struct Log {
  std::string prefix;
  std::optional<std::uint16_t> group;  // given: to a listener, else to the kernel's log
  std::optional<std::uint32_t> snaplen;
  std::optional<std::uint16_t> queue_threshold;
  std::optional<std::uint32_t> level;
  std::optional<std::uint32_t> flags;
  friend auto operator<=>(const Log&, const Log&) = default;
};

struct Notrack {
  friend auto operator<=>(const Notrack&, const Notrack&) = default;
};

struct Queue {
  std::uint16_t first = 0;
  std::uint16_t total = 1;
  std::uint16_t flags = 0;  // 1: bypass, 2: fanout
  std::optional<Register> number;
  friend auto operator<=>(const Queue&, const Queue&) = default;
};

}  // namespace topoproof::firewall
