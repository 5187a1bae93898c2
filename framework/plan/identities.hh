// SPDX-License-Identifier: GPL-2.0-or-later
// Two plans in one numbering, so that what both have is equal, step for step. A plan numbers nodes
// and interfaces in the order of its file: a line more in the middle gives all that follow others.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hh"

namespace topoproof::plan {

// The nodes of `after`, then those that only `before` has.
std::vector<std::string> all_nodes(const Plan& before, const Plan& after);

// The same plan for those nodes, by name. REQUIRES: all of its own are among them.
Plan renumbered(Plan plan, const std::vector<std::string>& nodes);

// `after` with the interface indexes and made MAC addresses that `before` has for the same links
// and bridges; the others get such as `before` has not. REQUIRES: both are numbered alike.
Plan with_identities_of(const Plan& before, Plan after);

}  // namespace topoproof::plan
