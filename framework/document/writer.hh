// SPDX-License-Identifier: GPL-2.0-or-later
// Tree -> YAML text as a person would write it: a short mapping or list stands in one line
// (`red: { ipv4: 10.0.0.1/24 }`), larger ones as blocks, text with line breaks as a literal block.
// The same tree gives the same text, and parse_yaml(write_yaml(x)) == x.
#pragma once

#include <string>
#include <string_view>

#include "document/node.hh"

namespace topoproof::document {

// `comment` stands above the document, each of its lines after "# ".
// REQUIRES: texts and comment are UTF-8, keys have at most kMaxKeyBytes, the root is not null.
std::string write_yaml(const Node& root, std::string_view comment = {});

}  // namespace topoproof::document
