// SPDX-License-Identifier: GPL-2.0-or-later
// From a node's description to what its kernel would keep. Internal to this module.
#pragma once

#include <vector>

#include "sim/network.hh"
#include "sim/world.hh"

namespace topoproof::sim {

// `older`: the same node before it changed; what it has learned is taken from it.
Host make_host(World& world, std::uint32_t id, const Node& node, Host* older = nullptr);

// After all nodes were made: finds the other ends of veths.
void connect_veths(std::vector<Host>& hosts);

}  // namespace topoproof::sim
