// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: a small network as text.
#pragma once

#include <string>

namespace topoproof::checks {

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

}  // namespace topoproof::checks
