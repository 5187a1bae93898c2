// SPDX-License-Identifier: GPL-2.0-or-later
// Which interface a stated route leaves by. The kernel would find it as well, but only by asking
// its own tables; said here, an expected route can be compared word for word.
#pragma once

#include <expected>
#include <string>

#include "plan/neighborhood.hh"
#include "state/route.hh"
#include "topology/topology.hh"

namespace topoproof::plan {

// RETURNS: the route with every interface said, or why there is none, as a sentence.
std::expected<state::Route, std::string> with_interfaces(const state::Route& route,
                                                         const topology::Topology& topology,
                                                         NodeId node,
                                                         const Neighborhood& neighborhood);

}  // namespace topoproof::plan
