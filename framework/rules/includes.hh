// SPDX-License-Identifier: GPL-2.0-or-later
// The files that nft text includes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/issue.hh"
#include "rules/nft_tokens.hh"
#include "rules/source.hh"

namespace topoproof::rules {

inline constexpr std::size_t kMostIncludedBytes = 64 << 20;
inline constexpr std::size_t kMostIncludedFiles = 10'000;

// Finds them as nft does: from /etc, then from the directory of the main file; names that begin
// with "/", "./" or "../" are what they say. Of what check_includes refuses it reads nothing.
NftTokens::Reader make_include_reader(const std::string& main_file);

// For nft text, before nft reads it: nft reads a device to an end that it does not have, waits for
// the writer of a pipe, and ends the process where a file cannot be read to its end.
// RETURNS: each `include` of something else than a file that can be read, or of too much. What is
// not there is for nft to say.
[[nodiscard]] Issues check_includes(const Source& source);

// Those that nft reads for it, and for what it includes. None of iptables' and of compiled rules.
std::vector<std::string> included_files(const Source& source);

}  // namespace topoproof::rules
