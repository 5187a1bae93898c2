// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel takes at once and finishes a moment later, in a worker of its own.
//
// An IPv6 address is taken by the kernel at once but becomes the node's own then, even without
// duplicate detection: until then packets to it are routed on. (IPv4 addresses are usable when
// their batch is committed.)
#pragma once

#include <cstdint>
#include <vector>

#include "base/ip_address.hh"
#include "netlink/socket.hh"
#include "sys/event_loop.hh"

namespace topoproof::netlink {

// Waits until each of the IPv6 addresses of the namespace is its own. `route` and `events` are
// Route sockets of the namespace; this subscribes `events`, which is then for nothing else.
// RETURNS: those that are not at the deadline (a duplicate was found, or their interface is down).
std::vector<IpAddress> await_addresses(Socket& route, Socket& events,
                                       std::vector<IpAddress> addresses,
                                       sys::Clock::time_point deadline);

// A link that was brought up has its carrier then, and a bridge port forwards then: until that, a
// bridge drops in silence what comes in by the port or should go out by it.
// Those of the indexes that are not operational now, by one listing and without waiting.
// One whose far end was brought down loses its carrier a moment later as well: until that, it sends
// into nothing, and afterwards nothing at all.
enum class LinkState { Operational, Idle };
std::vector<std::uint32_t> unready_links(Socket& route, std::vector<std::uint32_t> indexes,
                                         LinkState wanted = LinkState::Operational);

// Waits until the links of these indexes are operational, ports of bridges forwarding, or blocked
// by STP to break a loop; or until they are not. Sockets and deadline as above. RETURNS: the
// indexes that are not as wanted at the deadline (a far end is down).
std::vector<std::uint32_t> await_links(Socket& route, Socket& events,
                                       std::vector<std::uint32_t> indexes,
                                       sys::Clock::time_point deadline,
                                       LinkState wanted = LinkState::Operational);

}  // namespace topoproof::netlink
