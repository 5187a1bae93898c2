// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/listeners.hh"

#include <algorithm>

#include <fmt/format.h>

#include "topology/interfaces.hh"
#include "topology/listening.hh"

namespace topoproof::scenario {
namespace {

using flow::FateKind;
using topology::Topology;

// Where the flow ends, as far as the file says it.
std::optional<Listener> end_of(const Check& check, const Topology& topology) {
  if (!check.flow.service.has_port()) return std::nullopt;
  const Expectation& expected = check.expected;
  IpAddress address = check.flow.destination;
  flow::Service service = check.flow.service;
  if (expected.translated && expected.translated->destination) {
    address = expected.translated->destination->address;
    service.port = expected.translated->destination->port.value_or(service.port);
  }
  const auto node = expected.should.at ? expected.should.at : owner_of(topology, address);
  if (!node) return std::nullopt;
  return Listener{*node, service, address.family()};
}

void add_said(const Topology& topology, Listeners& places) {
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const auto& [service, where] : topology::listened_on(topology.nodes()[i])) {
      for (const Family family : {Family::Ipv4, Family::Ipv6}) {
        if (!uses_family(topology, family)) continue;
        places.try_emplace({NodeId(i), service, family}, where);
      }
    }
  }
}

// A check that names a port of a node with services is about those: no listener of the harness's
// own may answer it in their place.
struct AddNeeded {
  const Topology& topology;
  Listeners& places;

  void add(const Listener& listener, const Location& where) const {
    if (topology.node(listener.node).programs.empty()) places.try_emplace(listener, where);
  }

  void operator()(const Check& check) const {
    if (check.expected.should.fate != FateKind::Delivered) return;
    if (const auto end = end_of(check, topology)) add(*end, check.where);
  }
  void operator()(const Matrix& matrix) const {
    if (matrix.expected.should.fate != FateKind::Delivered) return;
    for (const flow::Service& service : matrix.services) {
      if (!service.has_port()) continue;
      for (std::size_t i = 0; i < matrix.nodes.size(); ++i) {
        add({matrix.nodes[i], service, matrix.addresses[i].family()}, matrix.where);
      }
    }
  }
};

}  // namespace

Listeners find_listeners(const Scenario& scenario) {
  Listeners places;
  add_said(scenario.topology, places);
  for (const Step& step : scenario.steps) {
    for (const CheckItem& item : step.checks) {
      std::visit(AddNeeded{scenario.topology, places}, item);
    }
  }
  places.insert(scenario.left_out.begin(), scenario.left_out.end());
  return places;
}

namespace {

struct FindConflicts {
  const Topology& topology;
  const Listeners& places;
  Issues& issues;

  void operator()(const Check& check) const {
    if (check.expected.should.fate != FateKind::Refused) return;
    if (const auto end = end_of(check, topology)) refuse(*end, check.where);
  }
  void operator()(const Matrix& matrix) const {
    if (matrix.expected.should.fate != FateKind::Refused) return;
    for (const flow::Service& service : matrix.services) {
      if (!service.has_port()) continue;
      for (std::size_t i = 0; i < matrix.nodes.size(); ++i) {
        refuse({matrix.nodes[i], service, matrix.addresses[i].family()}, matrix.where);
      }
    }
  }
  void refuse(const Listener& end, const Location& where) const {
    const auto open = places.find(end);
    if (open == places.end()) return;
    issues.push_back(
        make_issue(where, fmt::format("this cannot be refused: '{}' listens on {}, as {} says",
                                      topology.node(end.node).name, to_string(end.service),
                                      to_string(open->second))));
  }
};

}  // namespace

std::vector<Listener> listeners_of(const Scenario& scenario) {
  std::vector<Listener> listeners;
  for (const auto& [listener, where] : find_listeners(scenario)) listeners.push_back(listener);
  return listeners;
}

std::optional<std::string> who_opened(const Listener& listener, const Scenario& scenario) {
  const auto known = find_listeners(scenario);
  const auto found = known.find(listener);
  if (found == known.end()) return std::nullopt;
  return fmt::format("'{}' listens on {} for all checks of this file, as {} says",
                     scenario.topology.node(listener.node).name, to_string(listener.service),
                     to_string(found->second));
}

Issues check_listeners(const Scenario& scenario) {
  const Listeners places = find_listeners(scenario);
  Issues issues;
  for (const Step& step : scenario.steps) {
    for (const CheckItem& item : step.checks) {
      std::visit(FindConflicts{scenario.topology, places, issues}, item);
    }
  }
  return issues;
}

}  // namespace topoproof::scenario
