// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/hosts.hh"

#include <gtest/gtest.h>

#include "topology/test_networks.hh"

namespace topoproof::service {
namespace {

std::string hosts_of(const topology::Node& node) {
  return hosts_text(lines_of_nodes(topology::container_network()), node);
}

topology::HostNames names(const char* address, std::vector<std::string> names) {
  return {IpAddress::parse(address).value(), std::move(names)};
}

TEST(Hosts, AreTheNodesWithTheAddressesThatTheirNamesMean) {
  EXPECT_EQ(hosts_of({.name = "red"}),
            "127.0.0.1 localhost\n"
            "::1 localhost ip6-localhost ip6-loopback\n"
            "192.168.15.1 red\n"
            "192.168.15.2 blue\n"
            "192.168.15.5 host\n"
            "192.168.1.3 client\n");
}

TEST(Hosts, OfANodeStandBeforeTheOthersAndInTheirPlace) {
  EXPECT_EQ(hosts_of({.name = "red",
                      .hosts = {{names("10.0.0.5", {"www.example", "www"})},
                                {names("10.0.0.6", {"blue"})},
                                {names("fd00::6", {"blue"})}}}),
            "127.0.0.1 localhost\n"
            "::1 localhost ip6-localhost ip6-loopback\n"
            "10.0.0.5 www.example www\n"
            "10.0.0.6 blue\n"
            "fd00::6 blue\n"
            "192.168.15.1 red\n"
            "192.168.15.5 host\n"
            "192.168.1.3 client\n");
}

TEST(Resolver, AsksTheNameServersOfTheNode) {
  const topology::Node node{.name = "red",
                            .name_servers = {{IpAddress::parse("10.0.0.53").value()},
                                             {IpAddress::parse("fd00::53").value()}}};
  EXPECT_EQ(resolver_text(node), "nameserver 10.0.0.53\nnameserver fd00::53\n");
}

TEST(Resolver, DoesNotAskThoseOfTheMachine) {
  EXPECT_EQ(resolver_text({.name = "red"}),
            "# no name server; the nodes of this network stand in /etc/hosts\n");
}

}  // namespace
}  // namespace topoproof::service
