// SPDX-License-Identifier: GPL-2.0-or-later
// Where the lines of a text in double quotes stand: its escapes and folded line breaks make other
// lines of it than those of the file. Internal to the reader.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace topoproof::document {

// `line_at` gives the lines of the source, counted from 1 and asked for in their order; the quote
// opens in `first`, at this column (in bytes, from 0).
// RETURNS: for each line of the text the line of the source that it begins in. The text is well
// formed, as the YAML reader has found.
std::vector<int> lines_of_quoted(const std::function<std::string_view(int)>& line_at, int first,
                                 std::size_t column);

}  // namespace topoproof::document
