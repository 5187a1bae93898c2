// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/await_links.hh"

#include <utility>

#include "netlink/settle.hh"

namespace topoproof::lab {

netlink::Socket open_events(Namespaces& namespaces, NodeId node) {
  std::optional<netlink::Socket> events;
  namespaces.run(node, [&] { events.emplace(netlink::Protocol::Route); });
  return *std::move(events);
}

std::vector<std::uint32_t> await_links(Namespaces& namespaces, NodeId node,
                                       std::vector<std::uint32_t> links,
                                       netlink::LinkState wanted) {
  netlink::Socket& route = namespaces.route_socket(node);
  // Mostly they are ready by now: asking costs less than listening.
  links = netlink::unready_links(route, std::move(links), wanted);
  if (links.empty()) return links;
  netlink::Socket events = open_events(namespaces, node);
  return netlink::await_links(route, events, std::move(links), sys::Clock::now() + kSettlingTime,
                              wanted);
}

}  // namespace topoproof::lab
