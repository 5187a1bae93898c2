// SPDX-License-Identifier: GPL-2.0-or-later
// What the attributes of each nf_tables expression are: kinds, sizes, nests. For the validator, and
// to name what an extended acknowledgement points at.
#pragma once

#include <string_view>

#include "netlink/schema.hh"

namespace topoproof::nft {

// Of NFTA_EXPR_DATA, by NFTA_EXPR_NAME. RETURNS: null for a name that the codec does not know.
const netlink::Schema* expression_schema(std::string_view name);
// Of NFTA_OBJ_DATA, by NFTA_OBJ_TYPE. RETURNS: as above.
const netlink::Schema* object_schema(std::uint32_t kind);

extern const netlink::Schema kVerdictSchema;     // NFTA_VERDICT_*
extern const netlink::Schema kDataSchema;        // NFTA_DATA_*: a value or a verdict
extern const netlink::Schema kStatefulSchema;    // the same, of what may stand in sets
extern const netlink::Schema kExpressionSchema;  // NFTA_EXPR_*: a name, and what depends on it

}  // namespace topoproof::nft
