// SPDX-License-Identifier: GPL-2.0-or-later
// What interfaces do with the packets that leave or come by them, besides sending (tc(8)).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "netlink/socket.hh"

namespace topoproof::netlink {

struct Queueing {
  std::uint32_t interface = 0;            // its index
  std::string kind;                       // "netem", "tbf", "clsact"
  std::vector<std::string> filters = {};  // of it: "flower", "bpf", each once
  friend auto operator<=>(const Queueing&, const Queueing&) = default;
};

// Those that somebody set, of the namespace: all but what the kernel gives by itself and that have
// no filters.
// REQUIRES: a Route socket. THROWS: as Socket::dump
std::vector<Queueing> observe_queueing(Socket& socket);

}  // namespace topoproof::netlink
