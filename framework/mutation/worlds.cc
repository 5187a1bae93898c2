// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/worlds.hh"

#include <algorithm>

#include "checks/expectation.hh"
#include "firewall/build.hh"
#include "topology/interfaces.hh"

namespace topoproof::mutation {
namespace {

Network with_rules(Network network, const firewall::Ruleset& ruleset) {
  for (Network::Rules& rules : network.rules) rules.ruleset = ruleset;
  return network;
}

bool has_rules(const Network& network) {
  return std::ranges::any_of(
      network.rules, [](const Network::Rules& rules) { return !rules.ruleset.tables.empty(); });
}

firewall::Ruleset drop_all() {
  firewall::Table table{.family = firewall::TableFamily::Inet, .name = "nothing"};
  using enum firewall::Hook;
  for (const auto hook : {Input, Forward, Output}) {
    auto chain = firewall::make_base_chain(std::string(to_string(hook)),
                                           firewall::ChainType::Filter, hook, 0);
    chain.base->drops = true;
    table.chains.push_back(std::move(chain));
  }
  return {{std::move(table)}};
}

Network unplugged(Network network) {
  scenario::Scenario& scenario = network.scenario;
  std::vector<scenario::Change> down;
  for (const topology::Link& link : scenario.topology.links()) {
    const topology::Endpoint& end = link.ends.front();
    down.push_back(
        {.what = scenario::SetLink{end.node, end.interface, false}, .where = link.where});
  }
  for (scenario::Step& step : scenario.steps) {
    std::erase_if(step.changes, [](const scenario::Change& change) {
      return std::holds_alternative<scenario::SetLink>(change.what);
    });
  }
  if (scenario.steps.empty()) return network;
  auto& first = scenario.steps.front().changes;
  first.insert(first.begin(), down.begin(), down.end());
  return network;
}

flow::Tuple sent_tuple(const flow::Flow& flow, const topology::Topology& topology) {
  const auto own = topology::address_of(topology, flow.from, flow.family());
  return {.source = flow.source.value_or(own.value_or(flow.destination)),
          .destination = flow.destination,
          .protocol = flow.service.protocol,
          .source_port = flow.source_port.value_or(1),
          .destination_port = flow.service.port};
}

}  // namespace

std::vector<World> worlds_of(const Network& network) {
  std::vector<World> worlds;
  if (has_rules(network)) worlds.push_back({"without any rules", with_rules(network, {})});
  worlds.push_back({"when all is dropped", with_rules(network, drop_all())});
  worlds.push_back({"with all cables unplugged", unplugged(network)});
  return worlds;
}

bool passes_when_everyone_answers(const scenario::Check& check,
                                  const topology::Topology& topology) {
  const flow::Tuple sent = sent_tuple(check.flow, topology);
  const auto target =
      topology::owner_of(topology, check.flow.destination).value_or(check.flow.from);
  const auto journey = [](NodeId from, NodeId to, const flow::Tuple& tuple) {
    return flow::Journey{.fate = {.kind = flow::FateKind::Delivered, .at = to},
                         .trace = {{.kind = flow::StepKind::Sent, .node = from, .tuple = tuple},
                                   {.kind = flow::StepKind::Delivered, .node = to}}};
  };
  const evidence::Verdict verdict{.request = journey(check.flow.from, target, sent),
                                  .reply = journey(target, check.flow.from, sent.inverse()),
                                  .at_target = sent,
                                  .back_at_sender = sent.inverse()};
  const bool holds = checks::compare(check, verdict, topology).holds;
  return holds == check.expected.expect_fail.empty();
}

}  // namespace topoproof::mutation
