// SPDX-License-Identifier: GPL-2.0-or-later
// How a text is written as a YAML scalar. Internal to the module.
#pragma once

#include <string>
#include <string_view>

namespace topoproof::document {

// As it is where every YAML reader takes it for this text, else in double quotes with escapes.
// The result stands in one line, in block and in flow style alike.
std::string quote_if_needed(std::string_view text);
std::string quote(std::string_view text);

// Can the text be written as a literal block ('|' or '|-')? Only if it has several lines.
bool fits_literal_block(std::string_view text);

}  // namespace topoproof::document
