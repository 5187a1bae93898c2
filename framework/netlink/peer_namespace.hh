// SPDX-License-Identifier: GPL-2.0-or-later
// In which namespace the far ends of veths are. A namespace numbers those that it knows of by ids
// of its own (ip-netns(8), list-id).
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

}  // namespace topoproof::netlink
