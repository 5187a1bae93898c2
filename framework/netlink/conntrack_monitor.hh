// SPDX-License-Identifier: GPL-2.0-or-later
// What connection tracking does, as it happens.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "netlink/reader.hh"
#include "netlink/socket.hh"
#include "state/connection.hh"

namespace topoproof::netlink {

enum class ConnectionChange { Created, Updated, Destroyed };

// Of one that is created or destroyed the kernel tells mark and zone if they are not zero, of one
// that is destroyed no timeout.
struct ConnectionEvent {
  ConnectionChange change = ConnectionChange::Created;
  state::Connection connection;
  friend auto operator<=>(const ConnectionEvent&, const ConnectionEvent&) = default;
};

std::string describe(const ConnectionEvent& event);  // "created tcp 10.0.0.1:1 -> ..."

// RETURNS: nothing if the message is no event about a connection.
std::optional<ConnectionEvent> decode_connection_event(const Message& message);

// Hears the events of the namespace that the constructor's thread is in. The kernel sends them with
// the packet that causes them, or, of several changes at once, one for all.
class ConnectionMonitor {
 public:
  ConnectionMonitor();  // THROWS: SystemError

  int fd() const { return socket_.fd(); }  // readable when there are events
  // What has come so far; does not wait. THROWS: ExchangeError, Overrun if events were lost.
  std::vector<ConnectionEvent> receive();

 private:
  Socket socket_;
};

}  // namespace topoproof::netlink
