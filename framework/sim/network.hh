// SPDX-License-Identifier: GPL-2.0-or-later
// What a simulation is made of, as values: what plan::expected() says of a topology, or what was
// observed of a real machine.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/ip_address.hh"
#include "firewall/ruleset.hh"
#include "flow/flow.hh"
#include "impair/impairment.hh"
#include "state/namespace.hh"
#include "state/neighbor.hh"

namespace topoproof::sim {

// A socket on all addresses of the node, of one family, that answers what it is sent.
struct Listener {
  flow::Service service;  // tcp or udp
  Family family = Family::Ipv4;
  friend auto operator<=>(const Listener&, const Listener&) = default;
};

// A link's other end is found by Link::peer_index: indexes of veths are unique over all nodes.
struct Node {
  std::string name;
  state::Namespace state;                         // what the kernel adds by itself may be left out
  std::vector<state::Route> deleted_routes = {};  // of those that it adds
  std::vector<state::BridgeEntry> bridge_entries = {};
  firewall::Ruleset ruleset = {};
  // Not empty: the node has rules, but what they are is not known; why not.
  std::string rules_unknown = {};
  std::vector<Listener> listeners = {};
  std::vector<std::pair<std::string, impair::Impairment>> impairments = {};  // of interfaces
};

}  // namespace topoproof::sim
