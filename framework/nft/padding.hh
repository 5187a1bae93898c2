// SPDX-License-Identifier: GPL-2.0-or-later
// For tests that compare bytes with those of nft, which does not clear the padding.
#pragma once

#include "base/bytes.hh"

namespace topoproof::nft {

// The body of an nf_tables message (from the nfnetlink header on) with all padding between
// attributes zero. REQUIRES: nests are marked as such.
Bytes without_padding(BytesView body);

}  // namespace topoproof::nft
