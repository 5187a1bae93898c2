// SPDX-License-Identifier: GPL-2.0-or-later
// The question that a scenario asks which a campaign wrote: so that counters and bytes, of which a
// scenario's checks say nothing, can be compared again.
#pragma once

#include <expected>
#include <string>

#include "campaign/question.hh"
#include "checks/simulation.hh"
#include "scenario/scenario.hh"

namespace topoproof::program {

// RETURNS: or why it is none: its network is no shape of the generator, its rules do not compile, a
// check sends no frame.
std::expected<campaign::Question, std::string> read_question(const scenario::Scenario& scenario,
                                                             const checks::RuleCompiler& compile);

}  // namespace topoproof::program
