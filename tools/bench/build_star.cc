// SPDX-License-Identifier: GPL-2.0-or-later
// build_star N [read-back]: builds a star of N nodes on a bridge as topoproof does, and ends.
// Part of bench_build.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "lab/lab.hh"
#include "plan/planner.hh"
#include "sys/sandbox.hh"
#include "topology/topology.hh"

using namespace topoproof;

namespace {

topology::Addresses address(int host) {
  const auto low = static_cast<std::uint32_t>(host);
  return {{{.address = Ipv4Address(0x0a000000U + low), .length = 16}}};
}

topology::Topology make_star(int leaves) {
  topology::Topology net("star");
  const NodeId hub = net.add_node({.name = "hub", .forwarding = true});
  const BridgeId bridge = net.add_bridge({.name = "br0", .node = hub, .addresses = address(1)});
  for (int i = 1; i <= leaves; ++i) {
    const NodeId leaf = net.add_node({.name = "n" + std::to_string(i)});
    net.connect({.ends = {{{.node = hub, .interface = "p" + std::to_string(i), .bridge = bridge},
                           {.node = leaf, .interface = "eth0", .addresses = address(i + 1)}}}});
  }
  return net;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::invalid_argument("usage: build_star N [read-back]");
    sys::enter_sandbox();
    lab::Lab lab(plan::make_plan(make_star(std::atoi(argv[1]))).value());
    if (argc < 3 || std::string_view(argv[2]) != "read-back") return 0;
    const std::string differences = to_string(lab.differences());
    std::cerr << differences;
    return differences.empty() ? 0 : 1;
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
