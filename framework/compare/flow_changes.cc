// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/flow_changes.hh"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "checks/ladder.hh"
#include "checks/prediction.hh"
#include "compare/named_ports.hh"
#include "flow/hop.hh"
#include "topology/interfaces.hh"

namespace topoproof::compare {
namespace {

using scenario::Scenario;

// Without the rule or route that proves it: these change their places and words for nothing.
std::string fate_text(const flow::Fate& fate, const topology::Topology& topology) {
  std::string text(to_string(fate.kind));
  if (fate.at) text += " at " + topology.node(*fate.at).name;
  return text;
}

std::optional<flow::Tuple> first_tuple(const flow::Trace& trace) {
  for (const flow::Step& step : trace) {
    if (flow::is_hop(step)) return step.tuple;
  }
  return std::nullopt;
}

// One of the two networks, asked.
class Side {
 public:
  explicit Side(const Network& network)
      : topology_(network.scenario.topology), simulation_(network.scenario, network.compile) {}

  struct Answer {
    sim::Prediction prediction;
    std::string ending;
  };

  Answer ask(const NamedFlow& flow) {
    const flow::Flow question{.from = *topology_.find_node(flow.sender),
                              .destination = flow.destination,
                              .service = flow.service};
    simulation_.flush_connections();
    Answer answer{simulation_.predict(checks::question_of(question, 0)), {}};
    answer.ending = ending_of(answer.prediction);
    return answer;
  }

  std::vector<std::string> way(const Answer& answer) const {
    return checks::ladder(answer.prediction, topology_);
  }
  // The same with what proves it.
  std::string told(const Answer& answer) const {
    const bool delivered = answer.prediction.request.fate.kind == flow::FateKind::Delivered;
    return delivered ? answer.ending : checks::ending_text(answer.prediction, topology_);
  }

 private:
  std::string ending_of(const sim::Prediction& prediction) const {
    if (!prediction.unknown.empty()) return "unknown";
    std::string text = fate_text(prediction.request.fate, topology_);
    const auto sent = first_tuple(prediction.request.trace);
    if (sent && prediction.at_target && *prediction.at_target != *sent) {
      text += " as " + to_string(*prediction.at_target);
    }
    if (prediction.reply) text += ", reply " + fate_text(prediction.reply->fate, topology_);
    return text;
  }

  const topology::Topology& topology_;
  checks::Simulation simulation_;
};

std::vector<std::uint16_t> ports_of(const Network& network) {
  std::set<std::uint16_t> ports;
  const topology::Topology& topology = network.scenario.topology;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const topology::RulesText& rules : topology.node(NodeId(i)).rules) {
      if (!network.compile) continue;
      if (const auto ruleset = network.compile(NodeId(i), rules))
        ports.merge(named_ports(*ruleset));
    }
  }
  return {ports.begin(), ports.end()};
}

void add_nodes_without(const Scenario& other, const Scenario& network, std::string_view sign,
                       std::vector<std::string>& lines) {
  for (const topology::Node& node : network.topology.nodes()) {
    if (other.topology.find_node(node.name)) continue;
    lines.push_back(fmt::format("{} node {}", sign, node.name));
  }
}

// "red -> 10.0.0.2 (blue) tcp/80"
std::string describe(const NamedFlow& flow, const Scenario& before, const Scenario& after) {
  auto owner = topology::owner_of(before.topology, flow.destination);
  const Scenario& network = owner ? before : after;
  if (!owner) owner = topology::owner_of(after.topology, flow.destination);
  const std::string name =
      owner ? fmt::format(" ({})", network.topology.node(*owner).name) : std::string();
  return fmt::format("{} -> {}{} {}", flow.sender, to_string(flow.destination), name,
                     to_string(flow.service));
}

std::string packet_text(const Side::Answer& before, const Side::Answer& after) {
  auto packet = first_tuple(before.prediction.request.trace);
  if (!packet) packet = first_tuple(after.prediction.request.trace);
  return packet ? to_string(*packet) : "none leaves its sender";
}

}  // namespace

Comparison compare(const Network& before, const Network& after) {
  std::vector<std::uint16_t> ports = ports_of(before);
  std::ranges::copy(ports_of(after), std::back_inserter(ports));
  const auto services = named_services(before.scenario, after.scenario, ports);
  Comparison result;
  add_nodes_without(after.scenario, before.scenario, "-", result.nodes);
  add_nodes_without(before.scenario, after.scenario, "+", result.nodes);
  Side old(before);
  Side now(after);
  for (const NamedFlow& flow : flows_of(before.scenario, after.scenario, services)) {
    ++result.asked;
    const Side::Answer was = old.ask(flow);
    const Side::Answer is = now.ask(flow);
    const bool unknown = !was.prediction.unknown.empty() || !is.prediction.unknown.empty();
    if (was.ending == is.ending && !unknown) continue;
    result.changes.push_back({.flow = describe(flow, before.scenario, after.scenario),
                              .packet = packet_text(was, is),
                              .before = old.told(was),
                              .after = now.told(is),
                              .unknown = unknown,
                              .way_before = old.way(was),
                              .way_after = now.way(is)});
  }
  return result;
}

}  // namespace topoproof::compare
