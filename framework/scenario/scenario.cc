// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/scenario.hh"

#include <fmt/format.h>

#include "base/check.hh"
#include "base/duration.hh"

namespace topoproof::scenario {
namespace {

using topology::Topology;

struct DescribeChange {
  const Topology& topology;

  const std::string& name(NodeId node) const { return topology.node(node).name; }

  std::string operator()(const SetLink& change) const {
    return fmt::format("link {} {}:{}", change.up ? "up" : "down", name(change.node),
                       change.interface);
  }
  std::string operator()(const Impair& change) const {
    const std::string what = impair::to_string(change.impairment);
    return fmt::format("impair {}:{} {}", name(change.node), change.interface,
                       what.empty() ? "none" : what);
  }
  std::string operator()(const ChangeRoute& change) const {
    const bool adds = change.action == ChangeRoute::Action::Add;
    return fmt::format("{} at {}: {}", adds ? "add" : "delete", name(change.node),
                       state::describe(change.route));
  }
  std::string operator()(const SetSysctl& change) const {
    return fmt::format("sysctl {} {}={}", name(change.node), change.sysctl.name,
                       change.sysctl.value);
  }
  std::string operator()(const ReplaceRules& change) const {
    return fmt::format("replace the rules of {}", name(change.node));
  }
  std::string operator()(const FlapLink& change) const {
    return fmt::format("link flap {}:{} for {}", name(change.node), change.interface,
                       topoproof::to_string(change.down_for));
  }
  std::string operator()(const Wait& change) const {
    return fmt::format("wait {}", topoproof::to_string(change.time));
  }
};

}  // namespace

std::size_t check_count(const Matrix& matrix) {
  if (!matrix.sample.empty()) return matrix.sample.size();
  const std::size_t nodes = matrix.nodes.size();
  return nodes == 0 ? 0 : matrix.services.size() * nodes * (nodes - 1);
}

Check check_at(const Matrix& matrix, const Topology& topology, std::size_t index) {
  TOPOPROOF_CHECK(index < check_count(matrix), "the matrix has such a check");
  if (!matrix.sample.empty()) index = matrix.sample[index];
  const std::size_t targets = matrix.nodes.size() - 1;
  const std::size_t pairs = matrix.nodes.size() * targets;
  const std::size_t from = index % pairs / targets;
  std::size_t to = index % targets;
  if (to >= from) ++to;  // nobody is a target of its own
  Check check{.name = {},
              .where = matrix.where,
              .flow = {.from = matrix.nodes[from],
                       .destination = matrix.addresses[to],
                       .service = matrix.services[index / pairs],
                       .to = matrix.nodes[to]},
              .expected = {}};
  check.expected = matrix.expected_of ? matrix.expected_of(check.flow.from, check.flow.destination)
                                      : matrix.expected;
  check.name = fmt::format("{} -> {} {}: {}", topology.node(check.flow.from).name,
                           topology.node(matrix.nodes[to]).name, to_string(check.flow.service),
                           describe(check.expected.should, topology));
  return check;
}

std::string describe(const Verdict& verdict, const Topology& topology) {
  std::string text(to_string(verdict.fate));
  if (verdict.at) text += fmt::format(" at {}", topology.node(*verdict.at).name);
  return text;
}

std::string describe(const flow::Flow& flow, const Topology& topology) {
  const std::string& from = topology.node(flow.from).name;
  if (flow.service.protocol == flow::Protocol::Raw) {
    return fmt::format("{} -> a frame of {} bytes by {}", from, flow.frame.size(), flow.interface);
  }
  return fmt::format("{} -> {} {}", from, to_string(flow.destination), to_string(flow.service));
}

std::string describe(const Change& change, const Topology& topology) {
  return std::visit(DescribeChange{topology}, change.what);
}

}  // namespace topoproof::scenario
