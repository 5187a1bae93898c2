// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing/complete.hh"

#include <algorithm>

#include <gtest/gtest.h>

namespace topoproof::routing {
namespace {

// One link "eth0" with these addresses, and the loopback, both up.
state::Namespace with_addresses(const std::vector<const char*>& addresses) {
  state::Namespace ns;
  ns.links = {state::make_loopback(true),
              {.name = "eth0", .mac = MacAddress::from_bits(0x020000000065), .up = true}};
  for (const char* text : addresses) {
    ns.addresses.push_back({.interface = "eth0", .address = InterfaceAddress::parse(text).value()});
  }
  return ns;
}

std::string routes_of(const state::Namespace& ns, Family family) {
  std::string text;
  for (const state::Route& route : ns.routes) {
    if (route.family() == family) text += state::describe(route) + "\n";
  }
  return text;
}

// As `ip route show table all` prints them on Linux 6.18.
TEST(Complete, ConnectsANetworkAndDeliversToItsOwnAddress) {
  EXPECT_EQ(
      routes_of(complete(with_addresses({"10.0.0.1/24"})), Family::Ipv4),
      "route local 127.0.0.1/32 dev lo src 127.0.0.1 table local scope host proto kernel\n"
      "route local 127.0.0.0/8 dev lo src 127.0.0.1 table local scope host proto kernel\n"
      "route broadcast 127.255.255.255/32 dev lo src 127.0.0.1 table local scope link proto "
      "kernel\n"
      "route local 10.0.0.1/32 dev eth0 src 10.0.0.1 table local scope host proto kernel\n"
      "route 10.0.0.0/24 dev eth0 src 10.0.0.1 scope link proto kernel\n"
      "route broadcast 10.0.0.255/32 dev eth0 src 10.0.0.1 table local scope link proto kernel\n");
}

TEST(Complete, ASecondAddressOfANetworkHasNoRouteOfItsOwn) {
  const auto text =
      routes_of(complete(with_addresses({"10.0.0.1/24", "10.0.0.2/24"})), Family::Ipv4);
  EXPECT_NE(text.find("route local 10.0.0.2/32 dev eth0 src 10.0.0.1 "), std::string::npos) << text;
  EXPECT_EQ(text.find("src 10.0.0.2"), std::string::npos) << text;
}

TEST(Complete, AHostAddressConnectsNothing) {
  const auto text = routes_of(complete(with_addresses({"10.0.0.1/32"})), Family::Ipv4);
  EXPECT_EQ(text.find("route 10.0.0"), std::string::npos) << text;
}

TEST(Complete, GivesIpv6ALinkLocalAddress) {
  const state::Namespace ns = complete(with_addresses({"fd00::1/64"}));
  const auto text = routes_of(ns, Family::Ipv6);
  EXPECT_NE(text.find("route local fe80::ff:fe00:65/128 dev eth0"), std::string::npos) << text;
  EXPECT_NE(text.find("route fd00::/64 dev eth0 metric 256"), std::string::npos) << text;
  EXPECT_NE(text.find("route multicast ff00::/8 dev eth0"), std::string::npos) << text;
}

TEST(Complete, OfALinkThatIsDownOnlyTheOwnAddressOfIpv4IsThere) {
  state::Namespace ns = with_addresses({"10.0.0.1/24", "fd00::1/64"});
  ns.links[1].up = false;
  const auto text = routes_of(complete(ns), Family::Ipv4);
  EXPECT_NE(text.find("route local 10.0.0.1/32 dev eth0 "), std::string::npos) << text;
  EXPECT_EQ(text.find("10.0.0.0"), std::string::npos) << text;
  EXPECT_EQ(text.find("10.0.0.255"), std::string::npos) << text;
  EXPECT_EQ(routes_of(complete(ns), Family::Ipv6).find("fd00"), std::string::npos);
}

TEST(Complete, ChangesNothingASecondTime) {
  const state::Namespace once = complete(with_addresses({"10.0.0.1/24", "fd00::1/64"}));
  EXPECT_EQ(complete(once), once);
}

TEST(Complete, IsTheInverseOfNormalize) {
  const state::Namespace ns = state::normalize(with_addresses({"10.0.0.1/24", "fd00::1/64"}));
  EXPECT_EQ(state::normalize(complete(ns)), ns);
}

}  // namespace
}  // namespace topoproof::routing
