// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of check_topology. Internal to the module.
#pragma once

#include <vector>

#include "base/issue.hh"
#include "topology/interfaces.hh"
#include "topology/surroundings.hh"
#include "topology/topology.hh"

namespace topoproof::topology {

void check_names(const Topology& topology, Issues& issues);
void check_links(const Topology& topology, Issues& issues);  // bridges, loops, MTU, weights
void check_addresses(const Topology& topology, Issues& issues);
// `around` is surroundings_of(topology).
void check_routes(const Topology& topology, const std::vector<Surroundings>& around,
                  Issues& issues);
void check_translations(const Topology& topology, const std::vector<Surroundings>& around,
                        Issues& issues);
void check_rule_texts(const Topology& topology, Issues& issues);
void check_programs(const Topology& topology, Issues& issues);

// The addresses of an interface with their places.
const Addresses& addresses_of(const Topology& topology, const Interface& interface);

// "red:veth-red"
std::string full_name(const Topology& topology, const Interface& interface);

// Reports an interface that the node does not have, with a "did you mean".
void check_interface_exists(const Topology& topology, NodeId node, const std::string& interface,
                            const Location& where, Issues& issues);

}  // namespace topoproof::topology
