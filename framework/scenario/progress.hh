// SPDX-License-Identifier: GPL-2.0-or-later
// How far a run has come, as values.
#pragma once

#include <cstddef>
#include <functional>

namespace topoproof::scenario {

enum class Phase { Building, Checking, TearingDown };

struct Progress {
  Phase phase = Phase::Building;
  std::size_t flows_done = 0;
  std::size_t flows = 0;  // of all steps
};
// Called at the start of a phase and now and then in it, by the thread that runs the scenario.
using Observer = std::function<void(const Progress&)>;

}  // namespace topoproof::scenario
