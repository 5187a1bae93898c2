// SPDX-License-Identifier: GPL-2.0-or-later
// Lab::settle: what the kernel finishes a moment after it was told.
#include "netlink/settle.hh"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include <fmt/format.h>

#include "lab/await_links.hh"
#include "lab/lab.hh"
#include "sys/error.hh"

namespace topoproof::lab {
namespace {

// A port of a bridge that is down forwards nothing until the bridge is up.
bool is_of_bridge_that_is_down(const state::Link& link, const state::Namespace& ns) {
  if (!link.master) return false;
  const auto bridge = std::ranges::find(ns.links, *link.master, &state::Link::name);
  return bridge != ns.links.end() && !bridge->up;
}

// The links that are up, by index: a carrier needs both ends.
struct UpLinks {
  std::set<std::uint32_t> connected;
  std::set<std::uint32_t> loose;  // their far ends are down
};

UpLinks up_links(const plan::States& states) {
  std::map<std::uint32_t, bool> is_up;
  for (const state::Namespace& ns : states) {
    for (const state::Link& link : ns.links) {
      if (link.index) is_up[*link.index] = link.up;
    }
  }
  UpLinks links;
  for (const state::Namespace& ns : states) {
    for (const state::Link& link : ns.links) {
      if (!link.up || !link.index || !link.peer_index) continue;
      (is_up[*link.peer_index] ? links.connected : links.loose).insert(*link.index);
    }
  }
  return links;
}

// The interfaces whose IPv6 addresses can become the node's own: a bridge needs a port for it.
std::set<std::string> live_interfaces(const state::Namespace& ns,
                                      const std::set<std::uint32_t>& connected) {
  std::set<std::string> live{"lo"};
  for (const state::Link& link : ns.links) {
    if (!link.index || !connected.contains(*link.index)) continue;
    live.insert(link.name);
    if (link.master && !is_of_bridge_that_is_down(link, ns)) live.insert(*link.master);
  }
  return live;
}

std::vector<std::uint32_t> links_of(const state::Namespace& ns,
                                    const std::set<std::uint32_t>& connected) {
  std::vector<std::uint32_t> indexes;
  for (const state::Link& link : ns.links) {
    const bool is_awaited = link.index && connected.contains(*link.index);
    if (is_awaited && !is_of_bridge_that_is_down(link, ns)) indexes.push_back(*link.index);
  }
  return indexes;
}

std::vector<std::uint32_t> loose_links_of(const state::Namespace& ns,
                                          const std::set<std::uint32_t>& loose) {
  std::vector<std::uint32_t> indexes;
  for (const state::Link& link : ns.links) {
    if (link.index && loose.contains(*link.index)) indexes.push_back(*link.index);
  }
  return indexes;
}

std::vector<IpAddress> ipv6_addresses_of(const state::Namespace& ns,
                                         const std::set<std::string>& live) {
  std::vector<IpAddress> addresses;
  for (const state::Address& address : ns.addresses) {
    const bool is_v6 = address.address.family() == Family::Ipv6;
    if (is_v6 && live.contains(address.interface)) addresses.push_back(address.address.address);
  }
  return addresses;
}

bool has_spanning_tree(const state::Namespace& ns) {
  return std::ranges::any_of(
      ns.links, [](const state::Link& link) { return link.bridge && link.bridge->stp; });
}

}  // namespace

void Lab::settle_links(NodeId node, std::vector<std::uint32_t> links, netlink::LinkState wanted) {
  if (links.empty() && wanted == netlink::LinkState::Idle) return;  // as nearly always
  links = await_links(namespaces_, node, std::move(links), wanted);
  if (links.empty()) return;
  const bool up = wanted == netlink::LinkState::Operational;
  throw sys::SystemError(
      ETIMEDOUT, fmt::format("wait for {}:{} to {}", nodes_[node.index()],
                             interfaces(node).name(links.front()),
                             up ? "become operational" : "notice that its far end is down"));
}

void Lab::settle_addresses(NodeId node, std::vector<IpAddress> addresses) {
  if (addresses.empty()) return;
  netlink::Socket events = open_events(namespaces_, node);
  addresses = netlink::await_addresses(route_socket(node), events, std::move(addresses),
                                       sys::Clock::now() + kSettlingTime);
  if (addresses.empty()) return;
  throw sys::SystemError(
      ETIMEDOUT, fmt::format("wait for {} to become an address of {}", to_string(addresses.front()),
                             nodes_[node.index()]));
}

void Lab::settle() { settle(all_nodes()); }

void Lab::settle(std::span<const NodeId> nodes) {
  const auto [connected, loose] = up_links(expected_);
  for (const NodeId node : nodes) {
    leave_if_stopped();
    const state::Namespace& ns = expected_[node.index()];
    settle_links(node, links_of(ns, connected), netlink::LinkState::Operational);
    settle_links(node, loose_links_of(ns, loose), netlink::LinkState::Idle);
    settle_addresses(node, ipv6_addresses_of(ns, live_interfaces(ns, connected)));
  }
  // While bridges forward for the first time, others may still have chosen another port to block.
  for (const NodeId node : nodes) {
    const state::Namespace& ns = expected_[node.index()];
    if (!has_spanning_tree(ns)) continue;
    settle_links(node, links_of(ns, connected), netlink::LinkState::Operational);
  }
}

}  // namespace topoproof::lab
