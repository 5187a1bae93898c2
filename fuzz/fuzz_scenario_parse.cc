// SPDX-License-Identifier: GPL-2.0-or-later
// Property: a scenario is read or refused with places and sentences; what is read speaks of nodes
// that exist, and each of its checks can be said.
#include "fuzz/target.hh"
#include "scenario/reader.hh"

namespace topoproof::fuzz {
namespace {

constexpr std::size_t kMostChecks =
    16;  // of a matrix, all over it: a few bytes can ask for millions

void look_at(const scenario::Check& check, const topology::Topology& network) {
  TOPOPROOF_CHECK(check.flow.from.index() < network.nodes().size(), "the sender exists");
  TOPOPROOF_CHECK(!check.name.empty(), "a check has a name");
  TOPOPROOF_CHECK(!scenario::describe(check.flow, network).empty(), "a flow can be said");
  TOPOPROOF_CHECK(!scenario::describe(check.expected.should, network).empty(),
                  "a fate can be said");
  for (const NodeId node : check.expected.path) {
    TOPOPROOF_CHECK(node.index() < network.nodes().size(), "the way's nodes exist");
  }
}

void look_at(const scenario::Matrix& matrix, const topology::Topology& network) {
  const std::size_t count = scenario::check_count(matrix);
  for (std::size_t i = 0; i < count; i += 1 + count / kMostChecks) {
    look_at(scenario::check_at(matrix, network, i), network);
  }
}

}  // namespace

void run(BytesView input) {
  const auto scenario = scenario::parse_scenario(as_text(input), "input.scenario.yaml");
  if (!scenario) {
    TOPOPROOF_CHECK(has_errors(scenario.error()), "a refusal has its reason");
    return;
  }
  for (const scenario::Step& step : scenario->steps) {
    for (const scenario::CheckItem& item : step.checks) {
      std::visit([&](const auto& check) { look_at(check, scenario->topology); }, item);
    }
    for (const scenario::Change& change : step.changes) {
      TOPOPROOF_CHECK(!scenario::describe(change, scenario->topology).empty(),
                      "a change can be said");
    }
  }
}

}  // namespace topoproof::fuzz
