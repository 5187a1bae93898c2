// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong with a topology, before anything is built.
#pragma once

#include "base/issue.hh"
#include "topology/topology.hh"

namespace topoproof::topology {

// All issues at once, sorted (by place, then text). An error: the kernel would refuse it, or
// nobody can mean it (a bridge loop without STP). A warning: it can be meant (a gateway that
// nobody owns is how `no_neighbor` is tested), yet most often it is a slip.
Issues check_topology(const Topology& topology);

}  // namespace topoproof::topology
