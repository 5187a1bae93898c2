// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions that load what is not written in the packet: generated and hashed
// numbers, and what the route, the socket, the IPsec state and the like know of it.
// Byte order and numbers: see expression.hh.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "firewall/load.hh"

namespace topoproof::firewall {

enum class NumberKind : std::uint32_t { Incremental, Random };

// offset + (a counter, or a random number) mod modulus, in the host's order.
struct NumberGenerator {
  NumberKind kind = NumberKind::Incremental;
  std::uint32_t modulus = 0;
  std::uint32_t offset = 0;
  Register to;
  friend auto operator<=>(const NumberGenerator&, const NumberGenerator&) = default;
};

enum class HashKind : std::uint32_t { Jenkins, Symmetric };

// offset + hash mod modulus. Jenkins' hash is of `length` bytes of `from`; the symmetric one is of
// the packet's addresses and ports, the same in both directions. No seed: the kernel draws one.
struct Hash {
  HashKind kind = HashKind::Jenkins;
  std::optional<Register> from = {};
  std::uint32_t length = 0;
  std::uint32_t modulus = 0;
  std::optional<std::uint32_t> seed = {};
  std::uint32_t offset = 0;
  Register to;
  friend auto operator<=>(const Hash&, const Hash&) = default;
};

enum class RouteKey : std::uint32_t { ClassId, NextHopIpv4, NextHopIpv6, TcpMss, Xfrm };

struct RouteLoad {
  RouteKey key = RouteKey::ClassId;
  Register to;
  friend auto operator<=>(const RouteLoad&, const RouteLoad&) = default;
};

enum class SocketKey : std::uint32_t { Transparent, Mark, Wildcard, CgroupV2 };

// Of the socket that would get the packet; breaks the rule if there is none.
struct SocketLoad {
  SocketKey key = SocketKey::Transparent;
  std::uint32_t level = 0;  // of CgroupV2: how deep
  Register to;
  friend auto operator<=>(const SocketLoad&, const SocketLoad&) = default;
};

// The name of the operating system that a SYN looks like, 16 bytes.
struct OsfLoad {
  Register to;
  std::uint8_t ttl = 0;
  bool with_version = false;
  friend auto operator<=>(const OsfLoad&, const OsfLoad&) = default;
};

enum class TunnelKey : std::uint32_t { Path, Id };

struct TunnelLoad {
  TunnelKey key = TunnelKey::Path;
  Register to;
  friend auto operator<=>(const TunnelLoad&, const TunnelLoad&) = default;
};

enum class XfrmKey : std::uint32_t {
  Unspecified,
  DestinationIpv4,
  DestinationIpv6,
  SourceIpv4,
  SourceIpv6,
  RequestId,
  Spi,
};
enum class XfrmDirection : std::uint8_t { In, Out };

struct XfrmLoad {
  XfrmKey key = XfrmKey::Spi;
  XfrmDirection direction = XfrmDirection::In;
  std::uint32_t number = 0;  // which transformation, where several are stacked
  Register to;
  friend auto operator<=>(const XfrmLoad&, const XfrmLoad&) = default;
};

}  // namespace topoproof::firewall
