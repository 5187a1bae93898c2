// SPDX-License-Identifier: GPL-2.0-or-later
// Reads what a network namespace holds.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "netlink/interface_names.hh"
#include "netlink/socket.hh"
#include "state/counters.hh"
#include "state/namespace.hh"
#include "sys/sysctls.hh"

namespace topoproof::netlink {

// All links, addresses, routes (of all tables), rules and neighbours, as the kernel lists them and
// not normalized; sysctls are left empty. Five listings, 0.1 ms for a small namespace.
// REQUIRES: a Route socket of the namespace. THROWS: NetlinkError, ExchangeError; SystemError with
// EBADMSG if a listed object cannot be decoded.
state::Namespace observe_namespace(Socket& socket);

// The names alone, to build messages for a namespace that exists already.
InterfaceNames observe_names(Socket& socket);

// The forwarding databases of all bridges of the namespace.
std::vector<state::BridgeEntry> observe_bridge_entries(Socket& socket, const InterfaceNames& names);

// The named ones of `sysctls`, where the calling thread is; one that does not exist is left out.
// Several numbers in one have blanks between, as people write them (the kernel says tabs).
std::vector<state::Sysctl> observe_sysctls(sys::Sysctls& sysctls,
                                           std::span<const std::string> names);

// All counters of IPv4, IPv6, TCP, UDP and ICMP of the calling thread's namespace.
// THROWS: SystemError with EBADMSG if they do not read as counters.
state::Counters observe_counters();

}  // namespace topoproof::netlink
