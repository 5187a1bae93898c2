// SPDX-License-Identifier: GPL-2.0-or-later
// The ids by which a namespace numbers those that it knows of (ip-netns(8), list-id): where the far
// ends of veths are, and where an event comes from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "netlink/socket.hh"

namespace topoproof::netlink {

// By the index of each link whose other end is in another namespace: its id here. The kernel gives
// out the ids while it lists (rtnl_fill_link_netnsid), so ask this first.
// REQUIRES: a Route socket of the namespace. THROWS: NetlinkError, ExchangeError
std::map<std::uint32_t, std::uint32_t> observe_peer_namespaces(Socket& socket);

// The id that the socket's namespace has for another, which a descriptor holds; nothing if it has
// none. THROWS: ExchangeError
std::optional<std::uint32_t> namespace_id(Socket& socket, int netns);

// The same; gives it an id first where it has none. THROWS: NetlinkError, ExchangeError
std::uint32_t number_namespace(Socket& socket, int netns);

}  // namespace topoproof::netlink
