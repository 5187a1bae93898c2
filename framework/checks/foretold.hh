// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a flow that was delivered went hop by hop as the simulator said, seen from its sightings
// alone. Of a large matrix nearly all do; the others are put into words (divergence.hh). Pure.
#pragma once

#include "evidence/judge.hh"
#include "evidence/witness.hh"
#include "sim/simulator.hh"

namespace topoproof::checks {

// REQUIRES: evidence::is_plain_delivery(evidence, witness). RETURNS: true only if
// first_difference() of the verdict on `evidence` and of the prediction would find none, and
// nothing of the prediction is unknown.
bool went_as_foretold(const evidence::Case& evidence, const sim::Prediction& prediction,
                      const evidence::Witness& witness);

}  // namespace topoproof::checks
