// SPDX-License-Identifier: GPL-2.0-or-later
// What interfaces and their addresses may be set to that decides flows and that nothing here sets:
// for whoever must say that it is there.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "netlink/socket.hh"

namespace topoproof::netlink {

struct Peculiarity {
  std::uint32_t interface = 0;  // its index
  std::string text;             // "has ARP off", "has 10.0.0.1 with the peer 10.0.0.2/32"
  friend auto operator<=>(const Peculiarity&, const Peculiarity&) = default;
};

// Of the namespace: Ethernet interfaces without ARP, with XDP programs, addresses with a peer or
// without a route to their network. REQUIRES: a Route socket. THROWS: as Socket::dump
std::vector<Peculiarity> observe_peculiarities(Socket& socket);

// Of one answer to the question for links.
std::vector<Peculiarity> peculiarities_of_link(BytesView message);

}  // namespace topoproof::netlink
