// SPDX-License-Identifier: GPL-2.0-or-later
// What the nodes of a running lab hold, as the kernel says it now.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "firewall/ruleset.hh"
#include "live/client.hh"
#include "service/services.hh"
#include "state/connection.hh"
#include "state/namespace.hh"
#include "state/neighbor.hh"

namespace topoproof::live {

struct InspectedNode {
  std::string name;
  state::Namespace state;  // as listed, not normalized; without sysctls
  std::vector<state::BridgeEntry> bridge_entries = {};
  firewall::Ruleset rules = {};   // with counters, and lines where they are known
  std::string unread_rules = {};  // why `rules` are not there
  std::vector<state::Connection> connections = {};
  std::vector<service::Status> services = {};
  std::map<std::string, std::string> far_ends = {};     // "host:eth0", by interface
  std::map<std::string, std::string> impairments = {};  // "delay 10ms", likewise
};

// The nodes, or all if none is named, in the order of the topology. REQUIRES: no second thread
// exists. THROWS: as Client::join, netlink::NetlinkError
std::vector<InspectedNode> inspect(Client& client, const std::vector<std::string>& nodes);

// For a person: what the kernel made by itself (table local, multicast) is left out.
std::string to_text(const std::vector<InspectedNode>& nodes);
// All of it, versioned.
std::string to_json(const std::string& lab, const std::vector<InspectedNode>& nodes);

}  // namespace topoproof::live
