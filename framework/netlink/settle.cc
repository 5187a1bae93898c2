// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/settle.hh"

#include <algorithm>
#include <array>
#include <string>

#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/epoll.h>

#include "netlink/link.hh"
#include "netlink/route.hh"

namespace topoproof::netlink {
namespace {

constexpr std::array kPortDataAttributes{
    AttributeSpec{IFLA_BRPORT_STATE, Kind::U8, "IFLA_BRPORT_STATE"},
};
constexpr Schema kPortData{.header_size = 0, .attributes = kPortDataAttributes};
constexpr std::array kLinkInfoAttributes{
    AttributeSpec{IFLA_INFO_SLAVE_DATA, Kind::Nested, "IFLA_INFO_SLAVE_DATA", &kPortData},
};
constexpr Schema kLinkInfo{.header_size = 0, .attributes = kLinkInfoAttributes};
constexpr std::array kLinkStateAttributes{
    AttributeSpec{IFLA_OPERSTATE, Kind::U8, "IFLA_OPERSTATE"},
    AttributeSpec{IFLA_LINKINFO, Kind::Nested, "IFLA_LINKINFO", &kLinkInfo},
};
constexpr Schema kLinkState{.header_size = sizeof(ifinfomsg), .attributes = kLinkStateAttributes};
static_assert(kPortData.is_well_formed() && kLinkInfo.is_well_formed() &&
              kLinkState.is_well_formed());

// A port that blocks while it has a carrier is one that STP chose to block.
bool is_operational(const AttributeReader& link) {
  const AttributeReader port = link.nested(IFLA_LINKINFO).nested(IFLA_INFO_SLAVE_DATA);
  const std::uint8_t state = port.u8(IFLA_BRPORT_STATE).value_or(BR_STATE_FORWARDING);
  const bool decided = state == BR_STATE_FORWARDING || state == BR_STATE_BLOCKING;
  return decided && link.u8(IFLA_OPERSTATE) == std::uint8_t{IF_OPER_UP};
}

bool is_as_wanted(const AttributeReader& link, LinkState wanted) {
  if (wanted == LinkState::Operational) return is_operational(link);
  return link.u8(IFLA_OPERSTATE) != std::uint8_t{IF_OPER_UP};
}

void strike_out_link(const Message& message, LinkState wanted,
                     std::vector<std::uint32_t>& waiting) {
  if (message.type != RTM_NEWLINK) return;
  const auto header = read_header<ifinfomsg>(message.payload);
  std::string fault;
  const AttributeReader link(message.payload, kLinkState, fault);
  if (!header || !fault.empty() || !is_as_wanted(link, wanted)) return;
  std::erase(waiting, static_cast<std::uint32_t>(header->ifi_index));
}

// First subscribe, then list: what comes between is seen twice, and never missed.
template <class Waiting, class Strike>
void strike_out_all(Socket& route, Socket& events, unsigned group, Batch& listing,
                    const Waiting& waiting, const Strike& strike, sys::Clock::time_point deadline) {
  events.subscribe(group);
  std::ranges::for_each(route.dump(listing, "list what is ready"), strike);
  sys::EventLoop loop;
  loop.watch(events.fd(), EPOLLIN, [&](std::uint32_t) { events.receive_events(strike); });
  loop.run_until([&] { return waiting.empty(); }, deadline);
}

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
  Batch listing;
  encode_route_listing(listing.add(0, kListRoutes));
  strike_out_all(
      route, events, RTNLGRP_IPV6_ROUTE, listing, addresses,
      [&](const Message& message) { strike_out(message, addresses); }, deadline);
  return addresses;
}

std::vector<std::uint32_t> unready_links(Socket& route, std::vector<std::uint32_t> indexes,
                                         LinkState wanted) {
  Batch listing;
  encode_link_listing(listing.add(0, kListLinks));
  for (const Message& link : route.dump(listing, "list links")) {
    strike_out_link(link, wanted, indexes);
  }
  return indexes;
}

std::vector<std::uint32_t> await_links(Socket& route, Socket& events,
                                       std::vector<std::uint32_t> indexes,
                                       sys::Clock::time_point deadline, LinkState wanted) {
  Batch listing;
  encode_link_listing(listing.add(0, kListLinks));
  strike_out_all(
      route, events, RTNLGRP_LINK, listing, indexes,
      [&](const Message& message) { strike_out_link(message, wanted, indexes); }, deadline);
  return indexes;
}

}  // namespace topoproof::netlink
