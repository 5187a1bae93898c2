// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWADDR and RTM_DELADDR: addresses on interfaces.
#pragma once

#include <expected>

#include "base/issue.hh"
#include "netlink/interface_names.hh"
#include "netlink/reader.hh"
#include "netlink/writer.hh"
#include "state/address.hh"

namespace topoproof::netlink {

extern const Request kAddAddress;
extern const Request kRemoveAddress;
extern const Request kListAddresses;

void encode(const state::Address& address, const InterfaceNames& names, MessageWriter& writer);
void encode_address_listing(MessageWriter& writer);
std::expected<state::Address, Issue> decode_address(const Message& message,
                                                    const InterfaceNames& names);

}  // namespace topoproof::netlink
