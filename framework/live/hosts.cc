// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/hosts.hh"

#include <fmt/format.h>

#include "topology/interfaces.hh"

namespace topoproof::live {

std::string hosts_text(const topology::Topology& topology) {
  std::string text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      const auto address = topology::address_of(topology, NodeId(i), family);
      if (!address) continue;
      text += fmt::format("{} {}\n", to_string(*address), topology.nodes()[i].name);
    }
  }
  return text;
}

}  // namespace topoproof::live
