// SPDX-License-Identifier: GPL-2.0-or-later
// Names and texts come from files, kernels and captures and may hold any bytes. Here they are made
// fit for a terminal and for documents.
#pragma once

#include <string>
#include <string_view>

namespace topoproof {

// Valid UTF-8: bytes that are not are written as \xNN. For formats that escape the rest themselves.
std::string valid_utf8(std::string_view text);

// Valid UTF-8 on one line that a terminal only shows and XML 1.0 takes: control characters are
// written as \n, \t or \xNN, too. Text without them comes back as it is.
std::string printable(std::string_view text);

// The same for a text of several lines, each of which is kept and ends with a line break; the
// kernel and libnftables answer with such texts.
std::string printable_lines(std::string_view text);

// In double quotes, for YAML and shells' eyes: printable, with quotes and backslashes escaped.
std::string in_quotes(std::string_view text);

}  // namespace topoproof
