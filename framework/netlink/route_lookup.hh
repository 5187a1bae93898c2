// SPDX-License-Identifier: GPL-2.0-or-later
// Asks the kernel where it would send a packet (`ip route get`), without sending one. What its
// answers prove, and what they do not, is written in route_lookup_kernel_test.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/ip_address.hh"
#include "netlink/interface_names.hh"
#include "netlink/socket.hh"
#include "state/route.hh"

namespace topoproof::netlink {

struct RouteQuestion {
  IpAddress destination;
  std::optional<IpAddress> source;
  std::optional<std::string> incoming;  // as if it came in there; unset: as if sent from here
  std::optional<std::string> outgoing;
  std::uint32_t mark = 0;
  std::uint8_t tos = 0;
  std::optional<std::uint8_t> protocol;  // 1, 6, 17, 58; needed for the ports
  std::optional<std::uint16_t> source_port;
  std::optional<std::uint16_t> destination_port;
};

// "route from 10.0.0.9 to 10.1.0.9 in at eth0"
std::string describe(const RouteQuestion& question);

// The decision for this very packet: type (Unicast: goes on; Local: is for this node), gateway,
// interface and table; the destination is a host. Or the errno with which it is refused.
// THROWS: ExchangeError; SystemError if a named interface is not known or the answer is no route.
std::expected<state::Route, int> look_up_route(Socket& socket, const InterfaceNames& names,
                                               const RouteQuestion& question);

// The same, but says the entry of the routing tables that decides, as configured: its prefix,
// metric and next hops. The refusals are the same: a route that refuses is told from a martian
// source, or from forwarding that is off, by asking again as a sender (without source and
// incoming).
std::expected<state::Route, int> match_route(Socket& socket, const InterfaceNames& names,
                                             const RouteQuestion& question);

}  // namespace topoproof::netlink
