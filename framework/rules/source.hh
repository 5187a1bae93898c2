// SPDX-License-Identifier: GPL-2.0-or-later
// Rules as a user has them: a text, its language, and where it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"
#include "topology/topology.hh"

namespace topoproof::rules {

using Source = topology::RulesText;
using Language = topology::RulesText::Language;

std::vector<std::string_view> lines_of(std::string_view text);  // without their ends

// By how it looks: a table of iptables-save begins with "*filter" or the like, and IPv6 addresses
// are what they are.
Language guess_language(std::string_view text);

// Of a file that may be anything: nothing if it does not begin as rules do.
std::optional<Language> recognize_language(std::string_view text);

// Of a text of nft or iptables, neither of which takes them: the first line that ends in CR LF; the
// mark that some editors put before the first.
std::optional<Issue> find_cr(const Source& source);
std::optional<Issue> find_byte_order_mark(const Source& source);

// What wrote the dump, if it says so: "iptables-save v1.4.21". Empty if it does not.
std::string generator_of(std::string_view text);
// Written by an iptables that did not use nf_tables: its rules stood in other tables of the kernel.
bool is_legacy(std::string_view generator);

}  // namespace topoproof::rules
