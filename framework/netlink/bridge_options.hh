// SPDX-License-Identifier: GPL-2.0-or-later
// The attributes that only bridges (IFLA_BR_*) and their ports (IFLA_BRPORT_*) have.
#pragma once

#include "netlink/reader.hh"
#include "netlink/writer.hh"
#include "state/link.hh"

namespace topoproof::netlink {

extern const Schema kBridgeOptions;
extern const Schema kPortOptions;

void encode(const state::BridgeOptions& options, MessageWriter& writer);          // all of them
void encode_unusual(const state::BridgeOptions& options, MessageWriter& writer);  // for a new one
void encode(const state::PortOptions& options, MessageWriter& writer);
state::BridgeOptions decode_bridge_options(const AttributeReader& reader);
state::PortOptions decode_port_options(const AttributeReader& reader);

}  // namespace topoproof::netlink
