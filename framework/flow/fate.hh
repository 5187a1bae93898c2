// SPDX-License-Identifier: GPL-2.0-or-later
// What became of a flow's packet: one closed list, the same for kernel and simulator.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hh"
#include "base/ip_address.hh"
#include "base/issue.hh"

namespace topoproof::flow {

enum class FateKind {
  Delivered,   // the target's socket, or the kernel's own echo, took it
  Refused,     // nobody listens: RST or port unreachable from the target host
  Rejected,    // a firewall answered
  Dropped,     // a rule or policy, silently
  NoRoute,     // no route, or a route that says unreachable, prohibit or blackhole
  NoNeighbor,  // ARP or neighbour discovery found nobody
  TtlExceeded,
  TooBig,         // larger than an MTU of the way, and may not be fragmented
  Martian,        // source or destination validation
  NotForwarding,  // the node does not route for others
  Lost,           // vanished, and nothing proves why
};

inline constexpr std::array kAllFates{
    FateKind::Delivered, FateKind::Refused,       FateKind::Rejected,    FateKind::Dropped,
    FateKind::NoRoute,   FateKind::NoNeighbor,    FateKind::TtlExceeded, FateKind::TooBig,
    FateKind::Martian,   FateKind::NotForwarding, FateKind::Lost};

// "delivered", "no_route", ...; parse and to_string are inverse.
std::string_view to_string(FateKind kind);
std::expected<FateKind, Issue> parse_fate_kind(std::string_view text);

// An answer on the wire that ended the flow: an ICMP error, or a TCP reset (type and code 0).
struct Answer {
  IpAddress from;
  bool tcp_reset = false;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  friend auto operator<=>(const Answer&, const Answer&) = default;
};
std::string to_string(const Answer& answer);  // "icmp 3/3 from 192.168.1.2"

struct Fate {
  FateKind kind = FateKind::Lost;
  std::optional<NodeId> at = {};      // the node where it happened, if that is known
  std::optional<Answer> answer = {};  // what the sender was told, if it was
  std::string proof = {};             // one line: what shows it
  // The packet that the fate is of: of a connection "data", "FIN"; of one in pieces "fragment", if
  // it is not of the first. Empty: the first of its way.
  std::string packet = {};
  friend auto operator<=>(const Fate&, const Fate&) = default;
};

}  // namespace topoproof::flow
