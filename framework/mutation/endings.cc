// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/endings.hh"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "checks/expectation.hh"
#include "checks/prediction.hh"
#include "checks/simulation.hh"
#include "compare/named_ports.hh"
#include "compare/questions.hh"
#include "topology/interfaces.hh"

namespace topoproof::mutation {
namespace {

using Named = std::set<std::uint16_t> (*)(const firewall::Ruleset&);

std::vector<std::uint16_t> named_by_rules(const Network& network, Named named) {
  std::set<std::uint16_t> numbers;
  for (const Network::Rules& rules : network.rules) numbers.merge(named(rules.ruleset));
  return {numbers.begin(), numbers.end()};
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

// Beside the one that the node chooses. Nobody sends to others from its loopback.
std::vector<IpAddress> sources_of(const topology::Topology& topology, NodeId node, Family family) {
  std::vector<IpAddress> sources;
  for (const auto& interface : topology::interfaces_of(topology, node)) {
    if (interface.kind == topology::Interface::Kind::Loopback) continue;
    for (const auto& own : interface.addresses) {
      if (own.address.family() == family) sources.push_back(own.address);
    }
  }
  if (sources.size() < 2) sources.clear();
  return sources;
}

// What rules say of packets besides whom they are for.
struct NamedByRules {
  std::vector<std::uint16_t> source_ports;
  std::vector<std::uint16_t> lengths;
  std::vector<std::uint16_t> hop_limits;

  explicit NamedByRules(const Network& network)
      : source_ports(named_by_rules(network, compare::named_source_ports)),
        lengths(named_by_rules(network, compare::named_lengths)),
        hop_limits(named_by_rules(network, compare::named_hop_limits)) {}
};

// A length is one of a packet, or of a part of it: the payload is shorter by some headers.
std::set<std::size_t> payloads_of(const std::vector<std::uint16_t>& lengths) {
  constexpr std::array<std::size_t, 4> kHeaders{8, 28, 48, 0};
  std::set<std::size_t> payloads;
  for (const std::size_t length : lengths) {
    for (const std::size_t headers : kHeaders) {
      if (length >= headers) payloads.insert(length - headers);
    }
  }
  return payloads;
}

class Flows {
 public:
  Flows(const Network& network, const std::vector<flow::Service>& services)
      : topology_(network.scenario.topology),
        services_(services),
        named_(network),
        sizes_(sizes_of(topology_)),
        payloads_(payloads_of(named_.lengths)) {}

  std::vector<flow::Flow> all() {
    for (std::size_t from = 0; from < topology_.nodes().size(); ++from) {
      for (const IpAddress& to : targets_of(topology_)) add(NodeId(from), to);
    }
    std::ranges::move(varied_, std::back_inserter(flows_));
    // What a node sends to itself tells least.
    std::ranges::stable_partition(flows_, [&](const flow::Flow& flow) {
      return topology::owner_of(topology_, flow.destination) != flow.from;
    });
    return std::move(flows_);
  }

 private:
  void add(NodeId from, const IpAddress& to) {
    const auto sources = sources_of(topology_, from, to.family());
    for (const flow::Service& service : services_) {
      const flow::Flow plain{.from = from, .destination = to, .service = service};
      flows_.push_back(plain);
      add_varied(plain);
      for (const IpAddress& source : sources) {
        flow::Flow other = plain;
        other.source = source;
        varied_.push_back(std::move(other));
      }
    }
    for (const std::size_t size : sizes_) {
      flows_.push_back({.from = from,
                        .destination = to,
                        .service = {},
                        .payload_size = size,
                        .dont_fragment = true});
    }
  }

  // They come last: a check that names less is told rather.
  void add_varied(const flow::Flow& plain) {
    const auto vary = [&](const auto& change) {
      varied_.push_back(plain);
      change(varied_.back());
    };
    if (plain.service.has_port()) {
      for (const auto port : named_.source_ports) vary([&](auto& f) { f.source_port = port; });
    }
    for (const auto size : payloads_) vary([&](auto& f) { f.payload_size = size; });
    for (const auto hops : named_.hop_limits) {
      vary([&](auto& f) { f.ttl = static_cast<std::uint8_t>(hops); });
    }
  }

  const topology::Topology& topology_;
  const std::vector<flow::Service>& services_;
  NamedByRules named_;
  std::set<std::size_t> sizes_;
  std::set<std::size_t> payloads_;
  std::vector<flow::Flow> flows_;
  std::vector<flow::Flow> varied_;
};

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
    : services_(compare::named_services(network.scenario, network.scenario,
                                        named_by_rules(network, compare::named_ports))) {
  const scenario::Scenario& scenario = network.scenario;
  flows_ = Flows(network, services_).all();
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
