// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/inspect.hh"

#include <algorithm>
#include <iterator>

#include "live/rule_lines_json.hh"
#include "live/service_list.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netlink/conntrack.hh"
#include "netlink/observe.hh"
#include "netlink/socket.hh"
#include "sys/files.hh"
#include "sys/join.hh"

namespace topoproof::live {
namespace {

// To list them walks the table of the whole machine, milliseconds each time; to count them does
// not. Without the module there is no such file, and nothing is tracked.
bool tracks_connections() {
  const auto count = sys::read_sysctl("net.netfilter.nf_conntrack_count");
  return count && *count != "0";
}

void read_rules(netlink::Socket& netfilter, InspectedNode& node) {
  auto rules = netfilter::observe_ruleset(netfilter);
  if (rules) {
    node.rules = *std::move(rules);
  } else {
    node.unread_rules = to_string(rules.error());
  }
}

// On a thread that is in the node's namespace.
InspectedNode look_into(const std::string& name) {
  netlink::Socket route(netlink::Protocol::Route);
  netlink::Socket netfilter(netlink::Protocol::Netfilter);
  InspectedNode node{.name = name, .state = netlink::observe_namespace(route)};
  const bool any_bridge = std::ranges::any_of(
      node.state.links, [](const auto& link) { return link.bridge.has_value(); });
  if (any_bridge) {
    node.bridge_entries = netlink::observe_bridge_entries(route, netlink::observe_names(route));
  }
  read_rules(netfilter, node);
  if (tracks_connections()) node.connections = netlink::observe_connections(netfilter);
  return node;
}

}  // namespace

std::vector<InspectedNode> inspect(Client& client, const std::vector<std::string>& names) {
  const Joined joined = client.join(names);
  const NodeRuleLines lines = rule_lines_of(client);
  const auto services = load_services(client.folder());
  sys::join_user_namespace(joined.user);
  sys::NetnsWorker worker;
  std::vector<InspectedNode> nodes;
  worker.perform([&] {
    for (const JoinedNode& node : joined.nodes) {
      worker.run(node.netns, [&] { nodes.push_back(look_into(node.name)); });
      joined.join_ends(nodes.back().state.links);
      const auto of_node = lines.find(node.name);
      if (of_node != lines.end()) rules::give_origins(of_node->second, nodes.back().rules);
      std::ranges::copy_if(services, std::back_inserter(nodes.back().services),
                           [&](const auto& one) { return one.node == node.name; });
    }
  });
  return nodes;
}

}  // namespace topoproof::live
