// SPDX-License-Identifier: GPL-2.0-or-later
// Why a flow ended as it did, and what to change so that it does not: for the kernel's flows and
// the simulator's alike, so that both explanations can be compared. Pure: from the flow's way and
// the topology, in whose words the advice is.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "flow/flow.hh"
#include "flow/trace.hh"
#include "topology/topology.hh"

namespace topoproof::explain {

struct Subject {
  const flow::Flow& flow;
  const flow::Journey& request;
  const flow::Journey* reply = nullptr;  // null: there is none
};

struct Explanation {
  // The place, and what decided there: sysctl, route, rule with file and line, neighbour, listener.
  std::vector<std::string> why;
  std::vector<std::string> change;  // in the topology file; empty: nothing is sure to help
  friend auto operator<=>(const Explanation&, const Explanation&) = default;
};

// Of the reply if the request was delivered. Of a flow that was delivered, and so was its reply:
// what translated it on the way, if anything did.
Explanation explain(const Subject& subject, const topology::Topology& topology);

// What the kernel's way explains, with what only the simulator's knows (which rule translated, ...)
// where the two agree; else both, the simulator's marked as such.
Explanation join(const Explanation& kernel, const Explanation& simulator);

}  // namespace topoproof::explain
