// SPDX-License-Identifier: GPL-2.0-or-later
// What nft would take, and this program cannot: said before nft reads the text.
#pragma once

#include "base/issue.hh"
#include "rules/source.hh"

namespace topoproof::rules {

// For nft text, whoever loads it. RETURNS: a byte order mark; or what check_includes() refuses; or,
// also where it includes, each command that never ends (`monitor`), and each table that ends with
// the process that loads it (`flags owner`).
[[nodiscard]] Issues check_nft_text(const Source& source);

}  // namespace topoproof::rules
