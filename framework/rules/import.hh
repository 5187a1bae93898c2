// SPDX-License-Identifier: GPL-2.0-or-later
// The user's rules as values: loaded into a namespace that nobody sees by the program whose
// language they are in, read back from the kernel, and each rule given its line.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "firewall/ruleset.hh"
#include "rules/rule_lines.hh"
#include "rules/source.hh"
#include "sys/netns.hh"

namespace topoproof::rules {

struct Interface {
  std::string name;
  std::uint32_t index = 0;  // which `iif` and `oif` compare with; 0: as the kernel chooses
};

// Loads the source where it is meant to be, beside what is there, and notes its lines.
// RETURNS: what nft, iptables or the kernel refuses, with file and line. THROWS: SystemError.
[[nodiscard]] Issues load(const sys::Netns& netns, const Source& source, RuleLines& lines);

// Loads the sources one after the other where nobody sees it. `interfaces` are as below. REQUIRES:
// the process is in a sandbox. RETURNS: all that is refused. THROWS: SystemError.
[[nodiscard]] Issues try_rules(std::span<const Source> sources,
                               std::span<const Interface> interfaces);

// What loading the sources one after the other leaves. `interfaces` exist there, for rules that
// want theirs to; of two with one name, the first. REQUIRES: the process is in a sandbox. RETURNS:
// or all that is refused; or the first thing that the values cannot represent, by its name. THROWS:
// SystemError, ExchangeError.
std::expected<firewall::Ruleset, Issues> import_rules(std::span<const Source> sources,
                                                      std::span<const Interface> interfaces = {});

}  // namespace topoproof::rules
