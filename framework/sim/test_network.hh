// SPDX-License-Identifier: GPL-2.0-or-later
// For tests of this module: what small networks are made of.
#pragma once

#include <string>

#include "sim/network.hh"

namespace topoproof::sim {

inline IpAddress ip(const std::string& text) { return IpAddress::parse(text).value(); }

// The MAC address says the index.
inline state::Link veth(std::string name, std::uint32_t index, std::uint32_t peer) {
  return {.name = std::move(name),
          .index = index,
          .mac = MacAddress::from_bits(0x0200'0000'0000 | index),
          .up = true,
          .peer_index = peer};
}
inline state::Address address(std::string interface, const std::string& text) {
  return {.interface = std::move(interface),
          .address = InterfaceAddress::parse(text).value(),
          .no_dad = text.contains(':')};
}
inline state::Route default_via(const char* gateway) {
  return {.destination = make_default_prefix(Family::Ipv4),
          .gateway = ip(gateway),
          .interface = "eth0"};
}
inline const state::Sysctl kNoIpv6{"net.ipv6.conf.all.disable_ipv6", "1"};

}  // namespace topoproof::sim
