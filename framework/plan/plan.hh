// SPDX-License-Identifier: GPL-2.0-or-later
// A plan is the ordered list of operations that build a topology, each with its reason. It is pure
// data: an executor performs it (lab), shell.hh prints it as commands.
#pragma once

#include <string>
#include <vector>

#include "plan/operation.hh"
#include "state/namespace.hh"

namespace topoproof::plan {

struct Step {
  Operation operation;
  SharedText reason;  // "link red:eth0 -- host:red exists", or where it was asked for
  friend auto operator<=>(const Step&, const Step&) = default;
};

struct Plan {
  std::vector<std::string> nodes;  // names, by NodeId
  std::vector<Step> steps;
  friend auto operator<=>(const Plan&, const Plan&) = default;
};

// "add address 192.168.15.1/24 to red:veth-red (the topology)"
std::string describe(const Step& step, std::span<const std::string> names);

// One step a line, rule texts indented below theirs. Stable: golden files are compared with it.
std::string to_string(const Plan& plan);

// Switches a node's forwarding, of both families. More than one step: to write ip_forward also
// changes whether redirects are accepted, which stays pinned.
std::vector<Step> make_forwarding_steps(NodeId node, bool on, const std::string& reason);

// What the namespaces hold, by NodeId. Comparable with what is observed after state::normalize.
using States = std::vector<state::Namespace>;

// What `operation` makes of `states`, if the kernel takes it. What the kernel does by itself in
// consequence is included where plans depend on it: a link that goes down loses its routes.
void foresee(const Operation& operation, States& states);

// What observation of every node should return once the plan has been executed.
States expected(const Plan& plan);

}  // namespace topoproof::plan
