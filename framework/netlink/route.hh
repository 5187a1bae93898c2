// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWROUTE and RTM_DELROUTE: routes.
#pragma once

#include <expected>

#include "base/issue.hh"
#include "netlink/interface_names.hh"
#include "netlink/reader.hh"
#include "netlink/writer.hh"
#include "state/route.hh"

namespace topoproof::netlink {

extern const Request kAddRoute;
extern const Request kReplaceRoute;
extern const Request kRemoveRoute;
extern const Request kListRoutes;

void encode(const state::Route& route, const InterfaceNames& names, MessageWriter& writer);
// What the node has learned of the way to an IPv6 address from ICMPv6 errors; with kRemoveRoute.
// Refused with ESRCH or ENOENT where that is nothing.
void encode_learned_way(const IpAddress& destination, MessageWriter& writer);
void encode_route_listing(MessageWriter& writer);
std::expected<state::Route, Issue> decode_route(const Message& message,
                                                const InterfaceNames& names);

}  // namespace topoproof::netlink
