// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a file still has the text that rules were compiled from. Not for what nft reads: that is
// includes.hh.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/source.hh"

namespace topoproof::rules {

std::string sha256(std::string_view text);  // 64 hexadecimal digits

// RETURNS: nothing if it cannot be read, is no regular file (a device may have no end, a pipe no
// writer), or is larger than any text of rules.
std::optional<std::string> hash_of_file(const std::string& path);

// The text is a part of that file, which is a topology; not the file.
bool stands_within(const Location& where);

// Of the file that it stands in, if that is another one's; else of its text.
std::string hash_of(const Source& source);

enum class SourceState { Same, Changed, Missing };

// A relative name is one of the current folder, or of `beside`, where the file that names it is.
SourceState state_of(const std::string& file, std::string_view hash, const std::string& beside);

}  // namespace topoproof::rules
