// SPDX-License-Identifier: GPL-2.0-or-later
// Which flows two networks are asked about. Pure.
#pragma once

#include <string>
#include <vector>

#include "flow/flow.hh"
#include "scenario/scenario.hh"

namespace topoproof::compare {

// A flow that does not depend on which network it is asked of.
struct NamedFlow {
  std::string sender;
  IpAddress destination;
  flow::Service service;
};

// What either network names: services that somebody listens to, that are forwarded, that checks
// send to, and that rules ask for; echo; and one port of TCP and of UDP that nobody names.
std::vector<flow::Service> named_services(const scenario::Scenario& before,
                                          const scenario::Scenario& after,
                                          const std::vector<std::uint16_t>& ports_of_rules);

// From every node that both have, to every address of either, with each service.
std::vector<NamedFlow> flows_of(const scenario::Scenario& before, const scenario::Scenario& after,
                                const std::vector<flow::Service>& services);

}  // namespace topoproof::compare
