// SPDX-License-Identifier: GPL-2.0-or-later
// A topology that a program makes, and the commands that build it.
#include <iostream>
#include <plan/planner.hh>
#include <plan/shell.hh>
#include <topology/topology.hh>

namespace tp = topoproof;

int main() {
  tp::topology::Topology net("spokes");
  const auto hub = net.add_node({.name = "hub", .forwarding = true});
  for (int i = 1; i <= 3; ++i) {
    const std::string number = std::to_string(i);
    const auto leaf = net.add_node({.name = "leaf" + number});
    const auto address = [&](const char* host) {
      const auto parsed = tp::InterfaceAddress::parse("10.0." + number + "." + host + "/24");
      return tp::topology::Addresses{{parsed.value()}};
    };
    net.connect({.ends = {{{.node = hub, .interface = "leaf" + number, .addresses = address("1")},
                           {.node = leaf, .interface = "eth0", .addresses = address("2")}}}});
  }
  const auto plan = tp::plan::make_plan(net);
  if (!plan) {
    std::cerr << to_string(plan.error());
    return 1;
  }
  std::cout << tp::plan::shell_script(*plan).value();
}
