// SPDX-License-Identifier: GPL-2.0-or-later
// Which permanent neighbour entries the checks of a scenario need, so that none of them waits for
// ARP or neighbour discovery and no machine-wide table fills.
#pragma once

#include <vector>

#include "plan/planner.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

// Every node that sends straight to an address of one of its own networks, and that address.
// A check that expects no_neighbor is about asking: it gets none. Sorted, each once.
std::vector<plan::NeighborPair> neighbor_pairs_of(const Scenario& scenario);

// The nodes that may ask in vain: where checks expect no_neighbor, that are on a network with an
// address that a check sends to and nobody has, or that route to such a gateway. They give up soon,
// where Linux takes 3 s. Each once, sorted.
std::vector<NodeId> impatient_nodes_of(const Scenario& scenario);

}  // namespace topoproof::scenario
