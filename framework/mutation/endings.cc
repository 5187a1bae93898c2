// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/endings.hh"

#include <algorithm>
#include <set>

#include "checks/expectation.hh"
#include "checks/prediction.hh"
#include "checks/simulation.hh"
#include "compare/named_ports.hh"
#include "compare/questions.hh"
#include "topology/interfaces.hh"

namespace topoproof::mutation {
namespace {

std::vector<std::uint16_t> ports_of(const Network& network) {
  std::set<std::uint16_t> ports;
  for (const Network::Rules& rules : network.rules)
    ports.merge(compare::named_ports(rules.ruleset));
  return {ports.begin(), ports.end()};
}

// RFC 5737 and RFC 3849: for documentation, so nobody's.
IpAddress nobodys(Family family) {
  return IpAddress::parse(family == Family::Ipv4 ? "203.0.113.1" : "2001:db8:ffff::1").value();
}

std::vector<IpAddress> targets_of(const topology::Topology& topology) {
  std::vector<IpAddress> targets;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const auto& interface : topology::interfaces_of(topology, NodeId(i))) {
      for (const auto& own : interface.addresses) targets.push_back(own.address);
    }
  }
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    if (topology::uses_family(topology, family)) targets.push_back(nobodys(family));
  }
  return targets;
}

// A link with an MTU of its own is told by packets of its size.
std::set<std::size_t> sizes_of(const topology::Topology& topology) {
  std::set<std::size_t> sizes;
  const auto add = [&](const std::optional<int>& mtu) {
    constexpr int kHeaders = 48;  // of IPv6 and ICMPv6
    if (mtu && *mtu > kHeaders) sizes.insert(static_cast<std::size_t>(*mtu));
  };
  for (const topology::Link& link : topology.links()) add(link.mtu);
  for (const topology::Bridge& bridge : topology.bridges()) add(bridge.mtu);
  return sizes;
}

std::vector<flow::Flow> flows_of(const topology::Topology& topology,
                                 const std::vector<flow::Service>& services) {
  std::vector<flow::Flow> flows;
  const auto sizes = sizes_of(topology);
  for (std::size_t from = 0; from < topology.nodes().size(); ++from) {
    for (const IpAddress& to : targets_of(topology)) {
      for (const flow::Service& service : services) {
        flows.push_back({.from = NodeId(from), .destination = to, .service = service});
      }
      for (const std::size_t size : sizes) {
        flows.push_back({.from = NodeId(from),
                         .destination = to,
                         .service = {},
                         .payload_size = size,
                         .dont_fragment = true});
      }
    }
  }
  // What a node sends to itself tells least.
  std::ranges::stable_partition(flows, [&](const flow::Flow& flow) {
    return topology::owner_of(topology, flow.destination) != flow.from;
  });
  return flows;
}

Network with_listeners(Network network, const std::vector<flow::Service>& services) {
  topology::Topology& topology = network.scenario.topology;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    auto& listens = topology.node(NodeId(i)).listens;
    for (const flow::Service& service : services) {
      if (service.has_port()) listens.push_back({.value = service});
    }
  }
  return network;
}

}  // namespace

Ending ending_of(const sim::Prediction& prediction) {
  if (!prediction.unknown.empty()) return {.unknown = true};
  Ending ending{.request = {prediction.request.fate.kind, prediction.request.fate.at}};
  if (prediction.request.fate.kind != flow::FateKind::Delivered) return ending;
  ending.at_target = prediction.at_target;
  ending.path = checks::routed_path(prediction.request.trace);
  if (!prediction.reply) return ending;
  ending.reply = {prediction.reply->fate.kind, prediction.reply->fate.at};
  const flow::Tuple& sent = prediction.request.trace.front().tuple;
  ending.answered = prediction.back_at_sender && *prediction.back_at_sender == sent.inverse();
  return ending;
}

// Not from a port of the prober's own: a check may have to name it.
sim::Question question_of(const flow::Flow& flow) {
  constexpr std::uint16_t kSourcePort = 4000;
  sim::Question question = checks::question_of(flow, 0);
  if (flow.service.has_port()) question.source_port = flow.source_port.value_or(kSourcePort);
  return question;
}

Questions::Questions(const Network& network)
    : services_(compare::named_services(network.scenario, network.scenario, ports_of(network))) {
  const scenario::Scenario& scenario = network.scenario;
  flows_ = flows_of(scenario.topology, services_);
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    if (i == 0 || !scenario.steps[i].changes.empty()) steps_.push_back(i);
  }
}

AskedFlow Questions::at(std::size_t index) const {
  const std::size_t state = index / flows_.size();
  return {.step = steps_[state % steps_.size()],
          .listening = state < steps_.size() ? Listening::AsItIs : Listening::Everyone,
          .flow = flows_[index % flows_.size()]};
}

void Questions::ask(const Network& network, const Tell& tell) const {
  if (!ask(network, Listening::AsItIs, tell)) return;
  ask(with_listeners(network, services_), Listening::Everyone, tell);
}

sim::Prediction Questions::predict(const Network& network, std::size_t index) const {
  const AskedFlow asked = at(index);
  const bool as_it_is = asked.listening == Listening::AsItIs;
  const Network asked_of = as_it_is ? network : with_listeners(network, services_);
  checks::Simulation simulation(asked_of.scenario, compiler_of(asked_of));
  for (std::size_t step = 0; step <= asked.step; ++step) {
    for (const auto& change : network.scenario.steps[step].changes) simulation.change(change);
  }
  return simulation.predict(question_of(asked.flow));
}

bool Questions::ask(const Network& network, Listening listening, const Tell& tell) const {
  std::size_t index = listening == Listening::AsItIs ? 0 : steps_.size() * flows_.size();
  checks::Simulation simulation(network.scenario, compiler_of(network));
  std::size_t next = 0;
  for (const std::size_t step : steps_) {
    for (; next <= step; ++next) {
      for (const auto& change : network.scenario.steps[next].changes) simulation.change(change);
    }
    for (const flow::Flow& flow : flows_) {
      simulation.flush_connections();
      if (!tell(index++, ending_of(simulation.predict(question_of(flow))))) return false;
    }
  }
  return true;
}

}  // namespace topoproof::mutation
