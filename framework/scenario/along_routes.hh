// SPDX-License-Identifier: GPL-2.0-or-later
// What the routes of a topology promise for every pair of its nodes, as checks. Pure.
#pragma once

#include "flow/flow.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

// All ordered pairs of nodes that have addresses: delivered along the way that the routes say, node
// by node and untranslated, or `no_route` at the sender if they say none.
// REQUIRES: a route is there along the whole way or not at all, as add_shortest_path_routes() makes
// them. The checks stand for the topology as it is now: no change of a step is followed.
Matrix matrix_along_routes(const topology::Topology& topology, flow::Service service);

}  // namespace topoproof::scenario
