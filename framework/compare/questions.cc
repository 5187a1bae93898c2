// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/questions.hh"

#include <algorithm>
#include <set>
#include <variant>

#include "topology/interfaces.hh"
#include "topology/listening.hh"

namespace topoproof::compare {
namespace {

using flow::Protocol;
using flow::Service;
using scenario::Scenario;

using Services = std::set<Service>;

void add(const scenario::CheckItem& item, Services& services) {
  if (const auto* check = std::get_if<scenario::Check>(&item)) {
    if (check->flow.service.protocol != Protocol::Raw) services.insert(check->flow.service);
  } else {
    const auto& matrix = std::get<scenario::Matrix>(item);
    services.insert(matrix.services.begin(), matrix.services.end());
  }
}

void add(const Scenario& network, Services& services) {
  for (const topology::Node& node : network.topology.nodes()) {
    for (const auto& service : topology::listened_on(node)) services.insert(service.value);
    for (const auto& forward : node.port_forwards) {
      const bool tcp = forward.value.protocol == firewall::TransportProtocol::Tcp;
      services.insert({tcp ? Protocol::Tcp : Protocol::Udp, forward.value.port});
    }
  }
  for (const scenario::Step& step : network.steps) {
    for (const scenario::CheckItem& item : step.checks) add(item, services);
  }
}

// The ports that Linux gives to clients begin at 32768: a rule seldom names these.
Service unnamed(Protocol protocol, const Services& services) {
  Service service{protocol, 30'000};
  while (services.contains(service)) ++service.port;
  return service;
}

std::vector<IpAddress> addresses_of(const topology::Topology& topology) {
  std::vector<IpAddress> addresses;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const topology::Interface& interface : topology::interfaces_of(topology, NodeId(i))) {
      for (const InterfaceAddress& address : interface.addresses) {
        addresses.push_back(address.address);
      }
    }
  }
  return addresses;
}

bool is_own(const topology::Topology& topology, NodeId sender, const IpAddress& address) {
  return topology::owner_of(topology, address) == sender;
}

}  // namespace

std::vector<Service> named_services(const Scenario& before, const Scenario& after,
                                    const std::vector<std::uint16_t>& ports_of_rules) {
  Services services{Service{}};
  add(before, services);
  add(after, services);
  for (const std::uint16_t port : ports_of_rules) {
    services.insert({Protocol::Tcp, port});
    services.insert({Protocol::Udp, port});
  }
  services.insert(unnamed(Protocol::Tcp, services));
  services.insert(unnamed(Protocol::Udp, services));
  return {services.begin(), services.end()};
}

std::vector<NamedFlow> flows_of(const Scenario& before, const Scenario& after,
                                const std::vector<Service>& services) {
  std::vector<IpAddress> targets = addresses_of(before.topology);
  for (const IpAddress& address : addresses_of(after.topology)) {
    if (std::ranges::find(targets, address) == targets.end()) targets.push_back(address);
  }
  std::vector<NamedFlow> flows;
  for (std::size_t i = 0; i < before.topology.nodes().size(); ++i) {
    const std::string& sender = before.topology.nodes()[i].name;
    const auto now = after.topology.find_node(sender);
    if (!now) continue;
    for (const IpAddress& target : targets) {
      const bool own =
          is_own(before.topology, NodeId(i), target) || is_own(after.topology, *now, target);
      if (own) continue;
      for (const Service& service : services) flows.push_back({sender, target, service});
    }
  }
  return flows;
}

}  // namespace topoproof::compare
