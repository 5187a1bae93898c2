// SPDX-License-Identifier: GPL-2.0-or-later
// NAT is asserted on the connection tracking entry as well: what the captures show must be what
// the translating node remembers, or the next packet goes elsewhere.
#pragma once

#include "evidence/judge.hh"
#include "lab/lab.hh"
#include "scenario/outcome.hh"
#include "state/connection.hh"
#include "topology/topology.hh"

namespace topoproof::runner {

// The tuple of a packet as connection tracking knows it: of an echo, as request.
state::Tuple to_tracked(const flow::Tuple& seen);

// For each node that translated the flow: an entry whose original tuple is the one that came in,
// and whose reply tuple is the inverse of the one that went out. A missing one fails the result.
void compare_connections(lab::Lab& lab, const topology::Topology& topology,
                         const evidence::Verdict& verdict, scenario::CheckResult& result);

}  // namespace topoproof::runner
