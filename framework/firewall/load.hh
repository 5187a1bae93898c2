// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions that move data between packet, metadata, connection and registers.
// Byte order and numbers: see expression.hh.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "base/bytes.hh"

namespace topoproof::firewall {

// A place in the register file: the index of its first 32-bit word. Word 0 is the verdict, the 16
// words from 4 on hold data, and what the kernel calls register 1 to 4 (128 bits) starts at each
// fourth of them. So two names of one register are one value here.
struct Register {
  std::uint8_t word = 4;
  friend auto operator<=>(const Register&, const Register&) = default;
};
inline constexpr Register kVerdictRegister{0};
constexpr Register reg(int n) { return {static_cast<std::uint8_t>(4 * n)}; }  // 1..4: 128 bits each
constexpr Register reg32(int n) { return {static_cast<std::uint8_t>(4 + n)}; }  // 0..15

enum class PayloadBase : std::uint32_t { Link, Network, Transport, Inner };

struct PayloadLoad {
  PayloadBase base = PayloadBase::Network;
  std::uint32_t offset = 0;  // bytes
  std::uint32_t length = 0;  // bytes
  Register to;
  friend auto operator<=>(const PayloadLoad&, const PayloadLoad&) = default;
};

enum class ChecksumKind : std::uint32_t { None, Internet, SctpCrc32c };

struct PayloadStore {
  PayloadBase base = PayloadBase::Network;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  Register from;
  ChecksumKind checksum = ChecksumKind::None;
  std::uint32_t checksum_offset = 0;
  std::uint32_t checksum_flags = 0;  // 1: the transport checksum's pseudo header changes as well
  friend auto operator<=>(const PayloadStore&, const PayloadStore&) = default;
};

// clang-format off
enum class MetaKey : std::uint32_t {
  Length, Protocol, Priority, Mark, Iif, Oif, Iifname, Oifname, Iiftype, Oiftype, Skuid, Skgid,
  Nftrace, Rtclassid, Secmark, Nfproto, L4proto, BridgeIifname, BridgeOifname, Pkttype, Cpu,
  Iifgroup, Oifgroup, Cgroup, Random, Secpath, Iifkind, Oifkind, BridgePvid, BridgeVlanProtocol,
  Time, Day, Hour, Sdif, Sdifname, Broute,
};
enum class CtKey : std::uint32_t {
  State, Direction, Status, Mark, Secmark, Expiration, Helper, L3protocol, Source, Destination,
  Protocol, SourcePort, DestinationPort, Labels, Packets, Bytes, AveragePacket, Zone, EventMask,
  SourceIp, DestinationIp, SourceIp6, DestinationIp6, Id,
};
// clang-format on

struct MetaLoad {
  MetaKey key = MetaKey::Length;
  Register to;
  friend auto operator<=>(const MetaLoad&, const MetaLoad&) = default;
};
struct MetaStore {
  MetaKey key = MetaKey::Mark;
  Register from;
  friend auto operator<=>(const MetaStore&, const MetaStore&) = default;
};

enum class CtDirection : std::uint8_t { Original, Reply };

struct CtLoad {
  CtKey key = CtKey::State;
  Register to;
  std::optional<CtDirection> direction;
  friend auto operator<=>(const CtLoad&, const CtLoad&) = default;
};
struct CtStore {
  CtKey key = CtKey::Mark;
  Register from;
  std::optional<CtDirection> direction;
  friend auto operator<=>(const CtStore&, const CtStore&) = default;
};

enum class FibResult : std::uint32_t { Oif = 1, Oifname = 2, AddressType = 3 };

inline constexpr std::uint32_t kFibSource = 1;
inline constexpr std::uint32_t kFibDestination = 2;
inline constexpr std::uint32_t kFibMark = 4;
inline constexpr std::uint32_t kFibIif = 8;
inline constexpr std::uint32_t kFibOif = 16;
inline constexpr std::uint32_t kFibPresent = 32;  // load 1 or 0: is there a route at all

struct Fib {
  FibResult result = FibResult::Oif;
  std::uint32_t flags = 0;
  Register to;
  friend auto operator<=>(const Fib&, const Fib&) = default;
};

struct Immediate {
  Register to;
  Bytes value;
  friend auto operator<=>(const Immediate&, const Immediate&) = default;
};

}  // namespace topoproof::firewall
