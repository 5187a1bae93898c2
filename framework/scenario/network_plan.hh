// SPDX-License-Identifier: GPL-2.0-or-later
// The plan of a scenario's network, with what its checks need.
#pragma once

#include <optional>

#include "plan/plan.hh"
#include "plan/planner.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

// THROWS: std::runtime_error with all issues if it cannot be planned, or not within `limits`.
plan::Plan make_plan_or_throw(const Scenario& scenario,
                              const std::optional<plan::Limits>& limits = std::nullopt);

}  // namespace topoproof::scenario
