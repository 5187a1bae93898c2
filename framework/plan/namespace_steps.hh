// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that make the namespaces of a plan: create each, and set the sysctls that are not an
// interface's. They are most of a large plan, and the same from one topology to the next: who goes
// from one to the other leaves out those of the nodes that stay as they are.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/plan.hh"
#include "topology/topology.hh"

namespace topoproof::plan {

// Of one node; `ipv6`: the topology uses it.
std::vector<Step> namespace_steps(const topology::Topology& topology, NodeId node, bool ipv6);

// The names of the nodes whose namespaces are made otherwise in the two, or are in only one.
std::set<std::string> differing_namespaces(const topology::Topology& before,
                                           const topology::Topology& after);

// Takes these steps out of the plan.
void drop_namespace_steps(Plan& plan);
// Puts those of the named nodes in front, where they belong. `topology` is the plan's.
void put_namespace_steps(Plan& plan, const topology::Topology& topology,
                         const std::set<std::string>& nodes);

}  // namespace topoproof::plan
