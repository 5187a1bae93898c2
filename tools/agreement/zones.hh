// SPDX-License-Identifier: GPL-2.0-or-later
// The network that a ruleset is put into: a router between zones, its interfaces called as the
// rules call them.
//
//   [wire] w1 ---- eth0 10.200.0.1/24, fd00:200::1/64     default route via .2
//          w2 ---- lan  10.201.0.1/24, ...                [router]
//          w3 ---- port of bridge br0 10.240.0.1/24
//          w4 ---- other port of br0
//
// Whatever is behind a zone lies in one namespace without addresses: nobody answers but the router.
#pragma once

#include <string>
#include <vector>

#include "asked.hh"
#include "base/ip_address.hh"
#include "base/mac_address.hh"

namespace topoproof::agreement {

struct Zone {
  std::string port;      // where packets enter and leave the router
  std::string routed;    // the interface that has the addresses: the same, or the bridge
  std::string wire;      // the other end of the port
  std::uint32_t number;  // 1, 2, ...
  MacAddress far_mac;
  MacAddress router_mac;  // of `routed`
  IpAddress router[2];    // IPv4 and IPv6
  IpAddress neighbor[2];  // who is behind the port
  bool is_bridged() const { return port != routed; }

  std::uint32_t port_index() const { return 10 + number; }
  std::uint32_t wire_index() const { return 100 + number; }
  MacAddress port_mac() const { return MacAddress::from_bits(0x0200'0000'1000 + number); }
};

inline std::size_t index(Family family) { return family == Family::Ipv4 ? 0 : 1; }

struct HostRoute {
  IpAddress destination;
  std::size_t zone = 0;
};

struct Zones {
  std::vector<Zone> all;                  // the first one is outside
  std::vector<HostRoute> routes;          // besides those to connected networks and the default
  std::vector<IpAddress> more_addresses;  // of the router: that rules for input name

  // The first zone whose interface has this name or begin ("eth*"), or has not.
  std::size_t find(std::string_view name, bool inverted) const;
};

Zones make_zones(const std::vector<RuleAsks>& asks);

}  // namespace topoproof::agreement
