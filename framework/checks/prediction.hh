// SPDX-License-Identifier: GPL-2.0-or-later
// What the simulator says of a check, beside what the kernel did or in its place. Pure.
#pragma once

#include "checks/check_result.hh"
#include "checks/judged.hh"
#include "scenario/outcome.hh"
#include "scenario/scenario.hh"
#include "sim/simulator.hh"

namespace topoproof::checks {

// The question with the ports and identifiers that the prober chose for this flow.
sim::Question question_of(const evidence::Case& evidence);
// And with those that it would choose: `number` counts flows from 0.
sim::Question question_of(const flow::Flow& flow, std::uint32_t number);

// Whether the kernel did what the prediction says, of all outcomes that it may draw its own.
bool is_as_foretold(const sim::Prediction& prediction, const evidence::Verdict& verdict,
                    const topology::Topology& topology);

// Ports that are not those of the flow as it was sent: a translation may have drawn them.
std::vector<std::uint16_t> ports_on_the_way(const Judged& judged);

// Makes the result of a check diverge where the kernel did none of what the prediction says that it
// may do; notes in it where nothing is predicted. Results that are errors or skips stay as they
// are.
void compare_with(const sim::Prediction& prediction, const Judged& judged,
                  const topology::Topology& topology, scenario::CheckResult& result);

// The result of a check that was not carried out: the prediction stands for what was observed.
scenario::CheckResult make_predicted_result(const scenario::Check& check,
                                            const sim::Prediction& prediction,
                                            const scenario::Scenario& scenario,
                                            const Detail& detail);

}  // namespace topoproof::checks
