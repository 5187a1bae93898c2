// SPDX-License-Identifier: GPL-2.0-or-later
#include <map>

#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

void check_ports(const Node& node, Issues& issues) {
  std::map<flow::Service, std::string> taken;
  for (const auto& [service, where] : node.listens) taken.emplace(service, "'listens:'");
  for (const Program& program : node.programs) {
    for (const flow::Service& port : program.ready.ports) {
      const auto [holder, fresh] = taken.emplace(port, fmt::format("service '{}'", program.name));
      if (fresh) continue;
      issues.push_back(
          make_issue(program.where, fmt::format("{} of '{}' is taken already, by {}",
                                                to_string(port), node.name, holder->second)));
    }
  }
}

}  // namespace

void check_programs(const Topology& topology, Issues& issues) {
  for (const Node& node : topology.nodes()) check_ports(node, issues);
}

}  // namespace topoproof::topology
