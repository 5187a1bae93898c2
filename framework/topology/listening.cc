// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/listening.hh"

#include <algorithm>

namespace topoproof::topology {

const Program* program_at(const Node& node, const flow::Service& service) {
  const auto found = std::ranges::find_if(node.programs, [&](const Program& program) {
    return std::ranges::find(program.ready.ports, service) != program.ready.ports.end();
  });
  return found != node.programs.end() ? &*found : nullptr;
}

const Program* silent_program(const Node& node) {
  const auto found = std::ranges::find_if(
      node.programs, [](const Program& program) { return program.ready.ports.empty(); });
  return found != node.programs.end() ? &*found : nullptr;
}

bool has_programs(const Topology& topology) {
  return std::ranges::any_of(topology.nodes(),
                             [](const Node& node) { return !node.programs.empty(); });
}

std::vector<Located<flow::Service>> listened_on(const Node& node) {
  std::vector<Located<flow::Service>> all = node.listens;
  for (const Program& program : node.programs) {
    for (const flow::Service& port : program.ready.ports) all.push_back({port, program.where});
  }
  return all;
}

}  // namespace topoproof::topology
