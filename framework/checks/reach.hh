// SPDX-License-Identifier: GPL-2.0-or-later
// Who can talk to whom, and why not: every pair of nodes, from the simulator alone. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/simulation.hh"
#include "flow/flow.hh"

namespace topoproof::checks {

struct ReachOptions {
  std::vector<flow::Service> services = {flow::Service{}};
  Family family = Family::Ipv4;
  unsigned threads = 1;
};

struct Reach {
  std::vector<std::string> lines;
  std::size_t uncertain = 0;  // of them: what the simulator does not know, or the kernel draws
};

// One line a pair, by service, sender and target in the order of the file: "red -> client icmp:
// no_route at red: no route". Nodes without an address of the family are left out. Each sender
// starts from the network as the file says it: what it learns and translates does not change what
// is said of another.
// THROWS: std::runtime_error if the network cannot be planned.
Reach reach(const scenario::Scenario& network, const RuleCompiler& compile,
            const ReachOptions& options);

// The lines that are not in both, with "- " and "+ " before them; empty if both are the same.
std::vector<std::string> line_differences(std::span<const std::string> before,
                                          std::span<const std::string> after);

}  // namespace topoproof::checks
