// SPDX-License-Identifier: GPL-2.0-or-later
// Route decisions of a node: of packets that come in (ip_route_input_slow and fib_validate_source),
// and of those that it makes (ip_route_output_key; ip6_route_input and ip6_route_output). Internal
// to this module.
#pragma once

#include <optional>

#include "sim/world.hh"

namespace topoproof::sim {

// Of a packet that came in: where to, or how it ends.
struct InputRoute {
  End end = End::None;
  // The end of a packet without a route: it is answered only by a node that forwards.
  Way way = {};
};

InputRoute route_input(const World& world, const Host& host, Slot in, const skb::Skb& skb);
// The same for the addresses of an ARP request.
InputRoute route_arp(const World& world, const Host& host, Slot in, const IpAddress& source,
                     const IpAddress& target);

struct OutputQuery {
  IpAddress destination;
  std::optional<IpAddress> source = {};  // none: the route's, or the interface's
  Slot out = kNoSlot;                    // given: by no other interface
  std::uint32_t mark = 0;
  bool any_source = false;  // a source that is nobody's here is taken as well (resets, re-routing)
  std::uint16_t source_port = 0;  // with the destination's, for ways that are chosen by flow
  std::uint16_t destination_port = 0;
  std::uint8_t protocol = 0;
};

struct OutputRoute {
  End end = End::None;
  Way way = {};
  IpAddress source;  // that the packet is to have
};

// The end of a packet for which no way was found, without any answer.
void end_without_way(World& world, const Host& host, Packet& packet, End end);

OutputRoute route_output(const World& world, const Host& host, const OutputQuery& query);

// Among those that the interface has, in the kernel's order.
void add_address(Interface& interface, const InterfaceAddress& address);

// inet_select_addr: an address of `out` to talk with `peer` with; the first primary one whose
// network has it, else the first, else that of another interface.
std::optional<IpAddress> select_address(const World& world, const Host& host, Slot out,
                                        const std::optional<IpAddress>& peer);
// ipv6_dev_get_saddr (RFC 6724), as far as scopes, the interface and the longest prefix decide.
std::optional<IpAddress> select_address6(const Host& host, Slot out, const IpAddress& peer);

// The interface's own link-local address of IPv6 (ipv6_get_lladdr).
std::optional<IpAddress> link_address(const Interface& interface);

// An IPv6 address of several nodes, this one among them: fe80:: and the like, of routers.
bool is_anycast(const Host& host, const IpAddress& address);

// The IPv4 addresses of a node of some network have its broadcast address, too.
bool is_limited_broadcast(const IpAddress& address);  // 255.255.255.255
bool is_broadcast(const Host& host, const IpAddress& address);

}  // namespace topoproof::sim
