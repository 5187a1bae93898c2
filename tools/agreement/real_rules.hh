// SPDX-License-Identifier: GPL-2.0-or-later
// Rulesets that people use, as files beside the project; and what is added to them so that all
// their rules can be watched.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "base/issue.hh"
#include "firewall/ruleset.hh"

namespace topoproof::agreement {

// $TOPOPROOF_DATA, or ../shared/data.
std::filesystem::path data_folder();

// All rulesets of nft and of iptables, sorted. Empty if the data are not there.
std::vector<std::filesystem::path> real_rule_files();

// As values, through a namespace that nobody sees. REQUIRES: the process is in a sandbox.
std::expected<firewall::Ruleset, Issues> import_file(const std::filesystem::path& file);

// Gives each rule that has no counter one, before what it does: it counts packets that match.
void count_all(firewall::Ruleset& ruleset);

}  // namespace topoproof::agreement
