// SPDX-License-Identifier: GPL-2.0-or-later
// What a `change:` of a scenario means: operations on the lab, and the same in the topology, so
// that whoever is asked about it afterwards knows.
#pragma once

#include <vector>

#include "plan/plan.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

// Nothing for a Wait and for a FlapLink: those are the runner's.
std::vector<plan::Step> steps_of(const Change& change);
bool has_flaps(const Scenario& scenario);
void apply_to(topology::Topology& topology, const Change& change);

}  // namespace topoproof::scenario
