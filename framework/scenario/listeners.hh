// SPDX-License-Identifier: GPL-2.0-or-later
// Who listens: what `listens:` says, programs that are ready when they do, and just what a
// `delivered` check needs besides.
#pragma once

#include <compare>
#include <vector>

#include "base/issue.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

// On all addresses of the node, of one family.
struct Listener {
  NodeId node;
  flow::Service service;  // tcp or udp
  Family family = Family::Ipv4;
  friend auto operator<=>(const Listener&, const Listener&) = default;
};

// For all steps, each once: sorted. A check that is delivered has its listener where `at:` says,
// else at the owner of the translated destination, else at the owner of the destination; on the
// translated port, else the flow's.
std::vector<Listener> listeners_of(const Scenario& scenario);

// An issue for each check that wants to be refused where somebody listens.
Issues check_listeners(const Scenario& scenario);

}  // namespace topoproof::scenario
