// SPDX-License-Identifier: GPL-2.0-or-later
// Carries out a scenario in the simulator alone: no kernel, no privileges, virtual time.
#pragma once

#include "checks/simulation.hh"
#include "runner/runner.hh"

namespace topoproof::runner {

// As run(), with predictions in place of what is observed. Waiting takes no time.
scenario::ScenarioResult simulate(const scenario::Scenario& scenario,
                                  const checks::RuleCompiler& compile,
                                  const RunOptions& options = {},
                                  const scenario::Observer& observer = {});

}  // namespace topoproof::runner
