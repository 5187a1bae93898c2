// SPDX-License-Identifier: GPL-2.0-or-later
// Another topology of the same parts, some of them changed: nothing in a topology is ever removed.
// Internal to the module.
#pragma once

#include <functional>
#include <vector>

#include "topology/topology.hh"

namespace topoproof::mutation {

struct Parts {
  std::vector<topology::Node> nodes;
  std::vector<topology::Bridge> bridges;
  std::vector<topology::Link> links;
};

// Ids stay, as long as `edit` adds and removes nothing.
void rebuild(topology::Topology& topology, const std::function<void(Parts&)>& edit);

}  // namespace topoproof::mutation
