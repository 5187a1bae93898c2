// SPDX-License-Identifier: GPL-2.0-or-later
// A network whose change to another one ended on its way: as a plan, so that there is a way from it
// to a third one, or back. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "plan/plan.hh"

namespace topoproof::plan {

// What runs when `before` ran and these steps of an update (update.hh) were done. `nodes` are the
// update's. REQUIRES: all of `before` are among them.
Plan plan_between(const Plan& before, const std::vector<std::string>& nodes,
                  std::span<const Step> done);

}  // namespace topoproof::plan
