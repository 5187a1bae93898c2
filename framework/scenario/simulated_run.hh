// SPDX-License-Identifier: GPL-2.0-or-later
// Carries out a scenario in the simulator alone: no kernel, no privileges, virtual time.
#pragma once

#include "scenario/runner.hh"
#include "scenario/simulation.hh"

namespace topoproof::scenario {

// As run(), with predictions in place of what is observed. Waiting takes no time.
ScenarioResult simulate(const Scenario& scenario, const RuleCompiler& compile,
                        const RunOptions& options = {}, const Observer& observer = {});

}  // namespace topoproof::scenario
