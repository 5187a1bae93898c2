// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/along_routes.hh"

#include <gtest/gtest.h>

#include "topology/addressing.hh"
#include "topology/routing.hh"

namespace topoproof::scenario {
namespace {

using flow::FateKind;

//   left -- middle -- right      island
Matrix chain_and_island() {
  topology::Topology net("chain");
  for (const char* name : {"left", "middle", "right", "island"}) {
    net.add_node({.name = name, .forwarding = true});
  }
  net.connect({.ends = {{{.node = NodeId(0), .interface = "eth0"},
                         {.node = NodeId(1), .interface = "eth0"}}}});
  net.connect({.ends = {{{.node = NodeId(1), .interface = "eth1"},
                         {.node = NodeId(2), .interface = "eth0"}}}});
  const auto addressed = topology::assign_addresses(net, {.loopbacks = true}).value();
  return matrix_along_routes(topology::add_shortest_path_routes(addressed), flow::Service{});
}

TEST(MatrixAlongRoutes, LeadsOverEveryRouterInBetween) {
  const Matrix matrix = chain_and_island();
  const Expectation expected = matrix.expected_of(NodeId(0), matrix.addresses[2]);
  EXPECT_EQ(expected.should, (Verdict{.fate = FateKind::Delivered, .at = NodeId(2)}));
  EXPECT_EQ(expected.path, (std::vector{NodeId(0), NodeId(1), NodeId(2)}));
}

TEST(MatrixAlongRoutes, EndsAtTheSenderWhereNothingLeadsAcross) {
  const Matrix matrix = chain_and_island();
  const Expectation expected = matrix.expected_of(NodeId(1), matrix.addresses[3]);
  EXPECT_EQ(expected.should, (Verdict{.fate = FateKind::NoRoute, .at = NodeId(1)}));
  EXPECT_TRUE(expected.path.empty());
}

TEST(MatrixAlongRoutes, HasACheckForEveryOrderedPair) {
  const Matrix matrix = chain_and_island();
  EXPECT_EQ(check_count(matrix), 12U);
}

TEST(MatrixAlongRoutes, HasOnlyTheChecksOfItsSample) {
  Matrix matrix = chain_and_island();
  matrix.sample = {11, 4};
  topology::Topology net("names");
  for (const char* name : {"left", "middle", "right", "island"}) net.add_node({.name = name});
  ASSERT_EQ(check_count(matrix), 2U);
  EXPECT_EQ(check_at(matrix, net, 0).name, "island -> right icmp: no_route at island");
  EXPECT_EQ(check_at(matrix, net, 1).name, "middle -> right icmp: delivered at right");
}

}  // namespace
}  // namespace topoproof::scenario
