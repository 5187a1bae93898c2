// SPDX-License-Identifier: GPL-2.0-or-later
// What forwarding databases of bridges hold before anything is sent. A bridge floods what goes to a
// station it has not heard of: copies at strangers, which confuse evidence, and with many probes at
// once overflow capture rings.
#pragma once

#include <vector>

#include "plan/devices.hh"
#include "plan/neighborhood.hh"
#include "plan/plan.hh"
#include "plan/planner.hh"
#include "topology/topology.hh"

namespace topoproof::plan {

// One entry for each station that a permanent neighbour entry names, on every bridge that would
// hear it: at the port that leads to it, in the state of one that was learned. By node, bridge and
// then station. REQUIRES of whoever performs them: the ports forward, so links are up at both ends.
std::vector<Step> bridge_entry_steps(const topology::Topology& topology, const Devices& devices,
                                     const NeighborEntries& neighbors, const PlanOptions& options);

}  // namespace topoproof::plan
