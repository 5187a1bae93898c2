// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions that decide on a packet, redirect it, or report it.
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

// Without an upper register (or with the same one) the range is the lower end alone. Without a
// family only ports are given, in an inet table.
struct Nat {
  NatKind kind = NatKind::Source;
  std::optional<Family> family = Family::Ipv4;
  std::optional<Register> address;
  std::optional<Register> address_high;
  std::optional<Register> port;
  std::optional<Register> port_high;
  std::uint32_t flags = 0;
  friend auto operator<=>(const Nat&, const Nat&) = default;
};

// Whether nft tells the kernel that a port is given, which the kernel sees itself: not where
// address and port came in one value, of a map, and lie in one register.
bool says_port(const Nat& nat);

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

// Gives the packet to a local socket that is transparent. No family: the table's. What is not
// given is the packet's own.
struct Tproxy {
  std::optional<Family> family = {};
  std::optional<Register> address = {};
  std::optional<Register> port = {};
  friend auto operator<=>(const Tproxy&, const Tproxy&) = default;
};

inline constexpr std::uint32_t kSynproxyMss = 1;
inline constexpr std::uint32_t kSynproxyWscale = 2;
inline constexpr std::uint32_t kSynproxySackPerm = 4;
inline constexpr std::uint32_t kSynproxyTimestamp = 8;

// Answers TCP handshakes in the server's place.
struct Synproxy {
  std::uint16_t mss = 0;
  std::uint8_t wscale = 0;
  std::uint32_t flags = 0;
  friend auto operator<=>(const Synproxy&, const Synproxy&) = default;
};

// Sends a copy: to an address (in tables of IP), or out of a device (in tables of netdev).
struct Duplicate {
  std::optional<Register> address = {};
  std::optional<Register> device = {};  // holds an interface index
  friend auto operator<=>(const Duplicate&, const Duplicate&) = default;
};

// Sends the packet out of another device, or to an address there as a neighbour. In netdev tables.
struct Forward {
  Register device;
  std::optional<Register> address = {};
  std::optional<Family> family = {};  // of the address
  friend auto operator<=>(const Forward&, const Forward&) = default;
};

}  // namespace topoproof::firewall
