// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/inspect.hh"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

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

// "host:eth0" of each interface, by its index: indexes of a lab's links are unique in all of it.
using Places = std::map<std::uint32_t, std::string>;

void add_places(const std::string& node, std::vector<state::Link> links, const Joined& joined,
                Places& places) {
  joined.join_ends(links);
  for (const state::Link& link : links) {
    if (link.peer_index && link.index) places[*link.index] = fmt::format("{}:{}", node, link.name);
  }
}

// Of all nodes: the far ends of those that are asked for may be anywhere.
Places places_in(const Joined& all) {
  Places places;
  sys::NetnsWorker worker;
  worker.perform([&] {
    for (const JoinedNode& node : all.nodes) {
      worker.run(node.netns, [&] {
        netlink::Socket route(netlink::Protocol::Route);
        add_places(node.name, netlink::observe_namespace(route).links, all, places);
      });
    }
  });
  return places;
}

void name_far_ends(const Places& places, InspectedNode& node) {
  for (const state::Link& link : node.state.links) {
    const auto far = link.peer_index ? places.find(*link.peer_index) : places.end();
    if (far != places.end()) node.far_ends[link.name] = far->second;
  }
}

void name_impairments(const Joined& joined, InspectedNode& node) {
  for (const state::Link& link : node.state.links) {
    std::string text = link.index ? joined.impairment_of(*link.index) : "";
    if (!text.empty()) node.impairments.emplace(link.name, std::move(text));
  }
}

}  // namespace

std::vector<InspectedNode> inspect(Client& client, const std::vector<std::string>& names) {
  const Joined joined = client.join(names);
  const NodeRuleLines lines = rule_lines_of(client);
  const auto services = load_services(client.folder());
  const Joined others = names.empty() ? Joined() : client.join();
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
  Places places = places_in(others);
  for (const InspectedNode& node : nodes) add_places(node.name, node.state.links, joined, places);
  for (InspectedNode& node : nodes) {
    name_far_ends(places, node);
    name_impairments(joined, node);
  }
  return nodes;
}

}  // namespace topoproof::live
