// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/neighbor_pairs.hh"

#include <gtest/gtest.h>

#include "scenario/reader.hh"

namespace topoproof::scenario::neighbor_pairs_test {
namespace {

// a .1 ---- .2 r .2 ---- .3 b
constexpr std::string_view kNetwork = R"(
nodes: { a: {}, r: { forwarding: true }, b: {} }
links:
  - a:eth0 10.1.0.1/24 -- r:left 10.1.0.2/24
  - r:right 10.2.0.2/24 -- b:eth0 10.2.0.3/24
)";

std::string impatient(const std::string& checks) {
  const auto scenario = parse_scenario(std::string(kNetwork) + checks, "net.scenario.yaml");
  if (!scenario) return to_string(scenario.error());
  std::string names;
  for (const NodeId node : impatient_nodes_of(*scenario)) {
    names += scenario->topology.node(node).name + " ";
  }
  return names;
}

TEST(ImpatientNodes, AreNoneWhereAllAreThere) {
  EXPECT_EQ(impatient("checks: [ a -> r icmp: delivered, a -> 10.9.0.1 icmp: no_route ]"), "");
}

TEST(ImpatientNodes, AreAllWhereNoNeighborIsExpectedAnywhere) {
  EXPECT_EQ(impatient("checks: [ a -> b icmp: no_neighbor ]"), "a r b ");
  EXPECT_EQ(impatient("checks: [ a -> b icmp: no_neighbor at r ]"), "r ");
}

TEST(ImpatientNodes, AreThoseOnTheNetworkOfAnAddressThatNobodyHas) {
  EXPECT_EQ(impatient("checks: [ a -> 10.1.0.9 icmp: delivered ]"), "a r ");
}

TEST(ImpatientNodes, AreThoseThatRouteToAGatewayThatNobodyIs) {
  EXPECT_EQ(impatient(R"(steps:
  - change: route add b default via 10.2.0.9
    checks: [ b -> a icmp: no_route ]
)"),
            "b ");
}

}  // namespace
}  // namespace topoproof::scenario::neighbor_pairs_test
