// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/routed_pair.hh"

#include <string_view>

#include <fmt/format.h>

namespace topoproof::checks {
namespace {

std::string routed_text(const RoutedPair& network, std::string_view left, std::string_view right) {
  return fmt::format(
      "nodes:\n  a: {{ {} }}\n  r: {{ {} }}\n  b: {{ {} }}\n"
      "links:\n"
      "  - endpoints: ['a:eth0 {}2{}', 'r:left {}1{}']\n"
      "  - endpoints: ['r:right {}1{}', 'b:eth0 {}2{}']\n    {}\n",
      network.a, network.r, network.b, left.substr(0, left.find('/')), left.substr(left.find('/')),
      left.substr(0, left.find('/')), left.substr(left.find('/')), right.substr(0, right.find('/')),
      right.substr(right.find('/')), right.substr(0, right.find('/')),
      right.substr(right.find('/')), network.right);
}

}  // namespace

std::string to_text(const RoutedPair& network) {
  return routed_text(network, "10.1.0./24", "10.2.0./24");
}

std::string to_ipv6_text(const RoutedPair& network) {
  return routed_text(network, "fd01::/64", "fd02::/64");
}

}  // namespace topoproof::checks
