// SPDX-License-Identifier: GPL-2.0-or-later
// What the attributes of nf_tables messages are: kinds, sizes, nests. For the validator, and to
// name what an extended acknowledgement points at.
#pragma once

#include <cstdint>
#include <span>

#include "netlink/schema.hh"

namespace topoproof::nft {

struct MessageSchema {
  std::uint16_t message = 0;  // NFT_MSG_NEWRULE, ...
  netlink::Schema schema;
  std::span<const std::uint16_t> required;  // attributes without which it is about nothing
};

extern const netlink::Schema kElementSchema;  // NFTA_SET_ELEM_*

// RETURNS: null for a message that is not part of a ruleset.
const MessageSchema* message_schema(std::uint16_t message);

}  // namespace topoproof::nft
