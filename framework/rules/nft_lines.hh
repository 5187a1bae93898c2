// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of nft text on which its rules stand.
#pragma once

#include "rules/nft_tokens.hh"
#include "rules/rule_lines.hh"
#include "rules/source.hh"

namespace topoproof::rules {

// REQUIRES: nft has taken the text: only then is it read as meant. What it adds to chains is added
// to `lines`, what it flushes or deletes is taken away; a chain of which that is not sure is lost.
void read_nft_lines(const Source& source, const NftTokens::Reader& read_included, RuleLines& lines);

}  // namespace topoproof::rules
