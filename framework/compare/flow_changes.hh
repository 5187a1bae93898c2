// SPDX-License-Identifier: GPL-2.0-or-later
// What would become different: which flows of two networks change their fate, by the simulator.
// Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checks/simulation.hh"
#include "compare/questions.hh"

namespace topoproof::compare {

struct Network {
  const scenario::Scenario& scenario;
  const checks::RuleCompiler& compile;
};

struct FlowChange {
  std::string flow;    // "red -> 10.0.0.2 (blue) tcp/80"
  std::string packet;  // "10.0.0.1:20000 -> 10.0.0.2:80 tcp", as it is sent first
  std::string before;  // "delivered at blue, reply delivered at red"
  std::string after;
  bool unknown = false;  // to the simulator, in one network or both: perhaps nothing changes
  std::vector<std::string> way_before = {};  // one line a step
  std::vector<std::string> way_after = {};
};

struct Comparison {
  std::vector<std::string> nodes;  // "- node red", "+ node blue": of which nothing is asked
  std::vector<FlowChange> changes;
  std::size_t asked = 0;
};

// A flow changes if its fate does, where that is, what NAT makes of it, or the same of its reply;
// another way to the same end is no change. Each flow meets networks without connections.
// THROWS: std::runtime_error if a network cannot be planned.
Comparison compare(const Network& before, const Network& after);

}  // namespace topoproof::compare
