// SPDX-License-Identifier: GPL-2.0-or-later
// A topology as a Graphviz graph, for `dot -Tsvg` or `neato -Tpng`.
#pragma once

#include <string>

#include "topology/topology.hh"

namespace topoproof::drawing {

// Nodes are boxes, bridges ellipses joined to their node by a dashed line. The ends of links carry
// interface names and addresses.
std::string to_dot(const topology::Topology& topology);

}  // namespace topoproof::drawing
