// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: small networks as text, and what one check in them says when the kernel carries it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/outcome.hh"

namespace topoproof::scenario {

//   a .2 eth0 ---- left .1 [ r ] right .1 ---- eth0 .2 b
//        10.1.0.0/24               10.2.0.0/24
//        fd01::/64                 fd02::/64
// Each node's text is the inside of its mapping, "forwarding: true".
struct RoutedPair {
  std::string a = "routes: [default via 10.1.0.1]";
  std::string r = "forwarding: true";
  std::string b = "routes: [default via 10.2.0.1]";
  std::string right = "mtu: 1500";  // of the link from r to b
};
std::string to_text(const RoutedPair& network);
std::string to_ipv6_text(const RoutedPair& network);

// Runs `checks`, a list of the scenario grammar, in the network. A scenario that cannot be read or
// carried out fails the test.
std::vector<CheckResult> run_checks(const std::string& network, std::string_view checks);
// As above, for steps.
std::vector<CheckResult> run_steps(const std::string& network, std::string_view steps);

// "passed: no_route at a: ..."
std::string told(const CheckResult& result);
// Of one check in its short form.
std::string told(const std::string& network, std::string_view check);

}  // namespace topoproof::scenario
