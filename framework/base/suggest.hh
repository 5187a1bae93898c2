// SPDX-License-Identifier: GPL-2.0-or-later
// "did you mean": the nearest of a list of known words.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace topoproof {

// The known word with the least edit distance (Damerau-Levenshtein, restricted), if it is near
// enough to be a slip: at most a third of its length, at least one edit.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

// "; did you mean 'x'?" or nothing, to be appended to a sentence.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace topoproof
