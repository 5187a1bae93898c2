// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/settle.hh"

#include <algorithm>

#include <linux/rtnetlink.h>
#include <sys/epoll.h>

#include "netlink/route.hh"

namespace topoproof::netlink {
namespace {

// The route in table "local" is what makes an address the node's own.
void strike_out(const Message& message, std::vector<IpAddress>& waiting) {
  static const InterfaceNames kNoNames;
  const auto route = decode_route(message, kNoNames);
  if (!route || route->type != state::RouteType::Local) return;
  std::erase(waiting, route->destination.address());
}

}  // namespace

std::vector<IpAddress> await_addresses(Socket& route, Socket& events,
                                       std::vector<IpAddress> addresses,
                                       sys::Clock::time_point deadline) {
  // First subscribe, then list: what comes between is seen twice, and never missed.
  events.subscribe(RTNLGRP_IPV6_ROUTE);
  const auto strike = [&](const Message& message) { strike_out(message, addresses); };
  Batch question;
  encode_route_listing(question.add(0, kListRoutes));
  std::ranges::for_each(route.dump(question, "list routes"), strike);
  sys::EventLoop loop;
  loop.watch(events.fd(), EPOLLIN, [&](std::uint32_t) { events.receive_events(strike); });
  loop.run_until([&] { return addresses.empty(); }, deadline);
  return addresses;
}

}  // namespace topoproof::netlink
