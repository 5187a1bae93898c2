// SPDX-License-Identifier: GPL-2.0-or-later
// Connection tracking (ctnetlink): list, delete, flush. A Netfilter socket of the namespace does
// it.
#pragma once

#include <expected>
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

// Of both families, in the kernel's order. THROWS: NetlinkError, ExchangeError, SystemError with
// EBADMSG if an entry cannot be decoded.
std::vector<state::Connection> observe_connections(Socket& netfilter);

// Forgets all connections of the namespace, of both families, with one message (0.2 ms).
// THROWS: NetlinkError, ExchangeError.
void flush_connections(Socket& netfilter);

}  // namespace topoproof::netlink
