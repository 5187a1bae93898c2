// SPDX-License-Identifier: GPL-2.0-or-later
// Who listens in a node: what `listens:` says, and programs that are ready when they listen.
#pragma once

#include <vector>

#include "topology/topology.hh"

namespace topoproof::topology {

// The program of the node that is to listen there; nullptr if none is.
const Program* program_at(const Node& node, const flow::Service& service);

// A program of the node that does not say where it is to listen: it may do so anywhere; nullptr if
// there is none.
const Program* silent_program(const Node& node);

bool has_programs(const Topology& topology);

// Of both, in file order.
std::vector<Located<flow::Service>> listened_on(const Node& node);

}  // namespace topoproof::topology
