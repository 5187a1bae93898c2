// SPDX-License-Identifier: GPL-2.0-or-later
// Mistakes to plant into the simulator's side: a campaign that finds none of them proves nothing.
#pragma once

#include <vector>

#include "campaign/model.hh"

namespace topoproof::campaign {

// byte-order (of every port that rules name), hook-priority (NAT after the filters), nat-port (off
// by one), lost-reply-translation, policy-ignored.
std::vector<PlantedFault> all_planted_faults();

}  // namespace topoproof::campaign
