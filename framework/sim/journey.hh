// SPDX-License-Identifier: GPL-2.0-or-later
// From records to a prediction: which of all that happened is the flow's way, and how it ended, in
// the words and the order in which the evidence module tells what it saw. Internal to this module.
#pragma once

#include "sim/simulator.hh"
#include "sim/world.hh"

namespace topoproof::sim {

// `start`: the record that launch() returned.
Prediction read_prediction(const World& world, RecordId start, NodeId sender);

}  // namespace topoproof::sim
