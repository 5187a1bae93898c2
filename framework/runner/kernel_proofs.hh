// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel says of a flow's end beside what the captures show: counters that grew, the errno
// of the send, what connection tracking holds of it. Lines for an explanation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/lab.hh"
#include "runner/wave.hh"
#include "state/counters.hh"
#include "topology/topology.hh"

namespace topoproof::runner {

// The counters of all nodes at one moment. 0.1 ms for each node.
class CounterReadings {
 public:
  explicit CounterReadings(lab::Lab& lab);  // THROWS: sys::SystemError
  // Of those that count packets which came to a bad end: by how much they have grown since.
  state::Counters growth_at(lab::Lab& lab, NodeId node) const;  // THROWS: sys::SystemError

 private:
  std::vector<state::Counters> before_;
};

// The node where the flow ended, of the reply if it came that far; nothing of what was delivered.
std::optional<NodeId> place_of_end(const evidence::Verdict& verdict);

// "the kernel of blue: Ip.OutNoRoutes grew by 1". REQUIRES: nothing else was sent since `before`.
std::vector<std::string> counter_lines(lab::Lab& lab, const topology::Topology& topology,
                                       const evidence::Verdict& verdict,
                                       const CounterReadings& before);

// The errno of the send, and for each node on the way that has rules its entry of the flow.
std::vector<std::string> proof_lines(lab::Lab& lab, const topology::Topology& topology,
                                     const checks::Judged& judged);

}  // namespace topoproof::runner
