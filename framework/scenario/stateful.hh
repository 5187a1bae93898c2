// SPDX-License-Identifier: GPL-2.0-or-later
// Whether rules remember more than connections: then one packet's verdict depends on those before
// it, and checks must not run side by side.
#pragma once

#include "topology/topology.hh"

namespace topoproof::scenario {

// The rules' text has a limit, quota, numgen, ct count or a set that packets fill (nft(8),
// "STATEFUL OBJECTS", "SET STATEMENT"; iptables-extensions(8): limit, hashlimit, recent, quota,
// statistic, connlimit). A word of these in a comment or a name only costs time.
bool has_stateful_rules(const topology::Topology& topology);

}  // namespace topoproof::scenario
