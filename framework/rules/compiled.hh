// SPDX-License-Identifier: GPL-2.0-or-later
// A ruleset in a file of its own (JSON), for places where no namespace can be made to import it:
// the netlink messages that load it, byte by byte, and where each rule was written.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "rules/source.hh"

namespace topoproof::rules {

// Of each source the file has the name, the language and the SHA-256 of the text, as sha256sum(1)
// prints it: whoever reads it can tell whether it is still of that text.
std::string compile(const firewall::Ruleset& ruleset, std::span<const Source> sources);

// RETURNS: the ruleset that was compiled, without handles; or what is wrong with the file.
std::expected<firewall::Ruleset, Issue> read_compiled(std::string_view text,
                                                      const std::string& file);

// The sources of a compiled file whose text is another one now. A source that cannot be read is one
// of them.
Issues check_compiled(std::string_view text, const std::string& file);

std::string sha256(std::string_view text);  // 64 hexadecimal digits

}  // namespace topoproof::rules
