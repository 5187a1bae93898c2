// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel numbers anonymous chains ("__chain533") over all namespaces: two imports of one text
// would differ.
#pragma once

#include "firewall/ruleset.hh"

namespace topoproof::rules {

// Names them by their order in the table, from "__chain0" on; jumps follow.
void name_anonymous_chains(firewall::Ruleset& ruleset);

}  // namespace topoproof::rules
