// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWNEIGH and RTM_DELNEIGH: neighbours, and the forwarding database of bridges.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/issue.hh"
#include "netlink/interface_names.hh"
#include "netlink/reader.hh"
#include "netlink/socket.hh"
#include "netlink/writer.hh"
#include "state/neighbor.hh"

namespace topoproof::netlink {

extern const Request kAddNeighbor;
extern const Request kReplaceNeighbor;
extern const Request kRemoveNeighbor;
extern const Request kListNeighbors;

void encode(const state::Neighbor& neighbor, const InterfaceNames& names, MessageWriter& writer);
void encode(const state::BridgeEntry& entry, const InterfaceNames& names, MessageWriter& writer);
void encode_neighbor_listing(MessageWriter& writer);
void encode_bridge_entry_listing(MessageWriter& writer);
std::expected<state::Neighbor, Issue> decode_neighbor(const Message& message,
                                                      const InterfaceNames& names);
std::expected<state::BridgeEntry, Issue> decode_bridge_entry(const Message& message,
                                                             const InterfaceNames& names);

// One entry, without a listing. RETURNS: nothing if there is none. THROWS: ExchangeError,
// SystemError if the interface is not known.
std::optional<state::Neighbor> find_neighbor(Socket& socket, const InterfaceNames& names,
                                             const std::string& interface,
                                             const IpAddress& address);

}  // namespace topoproof::netlink
