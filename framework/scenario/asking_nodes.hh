// SPDX-License-Identifier: GPL-2.0-or-later
// Which nodes have to find their neighbours by ARP or neighbour discovery, because rules or
// settings on the way may keep the question or the answer from them: a policy that drops all but
// what it names forgets neighbour solicitations, and IPv6 is gone. A permanent entry would hide
// that.
#pragma once

#include <vector>

#include "scenario/scenario.hh"

namespace topoproof::scenario {

// All that share a segment with a node whose rules, of the topology or of a step, may see such
// packets; rules are not read, but known by the words in them. Sorted, each once.
std::vector<NodeId> asking_nodes_of(const Scenario& scenario);

}  // namespace topoproof::scenario
