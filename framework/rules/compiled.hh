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

// Of each source, and of each file that it includes, the file has the name, the language and the
// SHA-256 of the text, as sha256sum(1) prints it (of one within a topology: of the topology's
// file): whoever reads it can tell whether it is still of that text. Of a source that is compiled
// already these are its own sources.
std::string compile(const firewall::Ruleset& ruleset, std::span<const Source> sources);

// RETURNS: the ruleset that was compiled, without handles; or what is wrong with the file: also if
// its messages are not all that were written, or not those of the tables that it lists.
std::expected<firewall::Ruleset, Issue> read_compiled(std::string_view text,
                                                      const std::string& file);

// RETURNS: a warning for each source of a compiled file whose text is another one now, and a note
// for each that cannot be read here. What is wrong with the file is for read_compiled to say.
Issues check_compiled(std::string_view text, const std::string& file);

}  // namespace topoproof::rules
