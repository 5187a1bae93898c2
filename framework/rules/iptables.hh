// SPDX-License-Identifier: GPL-2.0-or-later
// Text of iptables-save, through the distribution's iptables-nft-restore: iptables' own idea of
// what a rule is in nf_tables.
#pragma once

#include <expected>
#include <string>

#include "base/issue.hh"
#include "rules/source.hh"
#include "sys/netns.hh"

namespace topoproof::rules {

// REQUIRES: the source is of iptables or ip6tables. Tables that it names are replaced; other ones
// stay. RETURNS: what iptables or the kernel refuses, with its line; tables before the refused one
// are loaded then. Also if the program is not installed.
[[nodiscard]] Issues load_iptables(const sys::Netns& netns, const Source& source);

struct Translation {
  std::string text;
  Issues lost = {};  // rules that are only comments there, since nft has no words for them
};

// The text as nft text, by iptables-restore-translate. RETURNS: or what it refuses, as above.
std::expected<Translation, Issues> translate_iptables(const Source& source);

}  // namespace topoproof::rules
