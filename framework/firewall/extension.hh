// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions on headers that have to be searched for: IPv6 extension headers, and
// options of IPv4, TCP and SCTP (chunks). Byte order and numbers: see expression.hh.
#pragma once

#include <compare>
#include <cstdint>

#include "firewall/load.hh"

namespace topoproof::firewall {

enum class ExtensionKind : std::uint32_t { Ipv6Header, TcpOption, Ipv4Option, SctpChunk };

// Loads bytes of the first header (option, chunk) of this type; breaks the rule if there is none.
// `presence`: loads one byte, 1 or 0, whether there is one, and never breaks the rule.
struct ExtensionLoad {
  ExtensionKind kind = ExtensionKind::Ipv6Header;
  std::uint8_t type = 0;     // number of the header, option or chunk
  std::uint32_t offset = 0;  // bytes, from its first one
  std::uint32_t length = 0;
  Register to;
  bool presence = false;
  friend auto operator<=>(const ExtensionLoad&, const ExtensionLoad&) = default;
};

// Writes 2 or 4 bytes of a TCP option, and mends the checksum.
struct ExtensionStore {
  ExtensionKind kind = ExtensionKind::TcpOption;
  std::uint8_t type = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  Register from;
  friend auto operator<=>(const ExtensionStore&, const ExtensionStore&) = default;
};

// Overwrites a TCP option with no-operations, and mends the checksum.
struct ExtensionReset {
  ExtensionKind kind = ExtensionKind::TcpOption;
  std::uint8_t type = 0;
  friend auto operator<=>(const ExtensionReset&, const ExtensionReset&) = default;
};

}  // namespace topoproof::firewall
