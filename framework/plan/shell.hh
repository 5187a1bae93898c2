// SPDX-License-Identifier: GPL-2.0-or-later
// A plan as the ip, sysctl and nft commands that do the same, for reading and for running.
#pragma once

#include <expected>
#include <string>

#include "base/issue.hh"
#include "plan/plan.hh"

namespace topoproof::plan {

// A script for sh: one command a step, with its reason as a comment. Run by root, or inside
// `unshare -Urm` with a /run/netns of its own, it builds the plan's network in named namespaces.
// RETURNS: an issue for a ruleset that cannot be said in nft's language.
std::expected<std::string, Issue> shell_script(const Plan& plan);

}  // namespace topoproof::plan
