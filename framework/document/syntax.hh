// SPDX-License-Identifier: GPL-2.0-or-later
// What libyaml says about broken text, as a sentence for the author of that text. Internal to the
// module: reader.cc fills the struct, so that no header names libyaml.
#pragma once

#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof::document {

struct SyntaxError {
  std::string_view problem;  // libyaml's words
  std::string_view context;
  Location at;
  Location context_at;  // line 0: none
};

Issue explain_syntax(const SyntaxError& error, std::string_view text);

// Does the text have the shape of an IPv6 address (perhaps with a "/length")?
bool looks_like_ipv6(std::string_view text);

// "; quote the IPv6 address: \"fd00::2\"" for an address outside of quotes in the line, the last
// one that starts at or before the column (all of them if that is 0); or nothing.
std::string ipv6_hint(std::string_view line, int column);

}  // namespace topoproof::document
