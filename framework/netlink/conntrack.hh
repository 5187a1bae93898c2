// SPDX-License-Identifier: GPL-2.0-or-later
// Connection tracking (ctnetlink): list, delete, flush. A Netfilter socket of the namespace does
// it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "base/issue.hh"
#include "netlink/reader.hh"
#include "netlink/socket.hh"
#include "netlink/writer.hh"
#include "state/connection.hh"

namespace topoproof::netlink {

extern const Request kCreateConnection;  // encode(connection)
extern const Request kRemoveConnection;  // encode(connection): the original tuple and zone decide

void encode(const state::Connection& connection, MessageWriter& writer);
// Also for events (Socket::receive_events).
std::expected<state::Connection, Issue> decode_connection(const Message& message);

// The connection to which packets of this tuple belong, as original or as reply. RETURNS: nothing
// if there is none. THROWS: ExchangeError.
std::optional<state::Connection> find_connection(Socket& netfilter, const state::Tuple& tuple,
                                                 std::uint16_t zone = 0);

// Of both families, in the kernel's order. Takes milliseconds however few there are: the kernel's
// table is one for the whole machine, and all of it is walked; prefer find_connection.
// THROWS: NetlinkError, ExchangeError, SystemError with EBADMSG if an entry cannot be decoded.
std::vector<state::Connection> observe_connections(Socket& netfilter);

// Forgets all connections of the namespace, of both families, with one message.
// THROWS: NetlinkError, ExchangeError.
void flush_connections(Socket& netfilter);

}  // namespace topoproof::netlink
