// SPDX-License-Identifier: GPL-2.0-or-later
// An IPv6 address is taken by the kernel at once but becomes the node's own a moment later, in a
// worker of the kernel, even without duplicate detection: until then packets to it are routed on.
// (IPv4 addresses are usable when their batch is committed.)
#pragma once

#include <string>
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

}  // namespace topoproof::netlink
