// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/generators.hh"

#include <array>

#include <gtest/gtest.h>

#include "topology/checks.hh"
#include "topology/interfaces.hh"
#include "topology/test_networks.hh"

namespace topoproof::topology {
namespace {

struct SizeRow {
  std::string name;
  std::string shape;
  std::vector<int> sizes;
  std::size_t nodes = 0;
  std::size_t links = 0;
};
std::ostream& operator<<(std::ostream& out, const SizeRow& row) { return out << row.name; }
class Shapes : public testing::TestWithParam<SizeRow> {};

TEST_P(Shapes, HaveTheirNodesAndLinksAndNoIssues) {
  const auto net = generate(GetParam().shape, GetParam().sizes);
  ASSERT_TRUE(net) << to_string(net.error());
  EXPECT_EQ(net->nodes().size(), GetParam().nodes);
  EXPECT_EQ(net->links().size(), GetParam().links);
  EXPECT_EQ(to_string(check_topology(*net)), "");
}

INSTANTIATE_TEST_SUITE_P(
    All, Shapes,
    testing::Values(SizeRow{"star", "star", {10}, 11, 10}, SizeRow{"chain", "chain", {5}, 5, 4},
                    SizeRow{"one", "chain", {1}, 1, 0}, SizeRow{"ring", "ring", {5}, 5, 5},
                    SizeRow{"mesh", "full-mesh", {6}, 6, 15},
                    SizeRow{"tree", "tree", {3, 2}, 15, 14}, SizeRow{"root", "tree", {0, 7}, 1, 0},
                    // (k/2)² core, k²/2 aggregation, k²/2 edge, k³/4 hosts
                    SizeRow{"fat_tree", "fat-tree", {4}, 4 + 8 + 8 + 16, 48}),
    [](const auto& row) { return row.param.name; });

TEST(Star, LeavesArePortsOfTheBridgeOfTheHost) {
  const Topology star = make_star(3);
  const NodeId host = *star.find_node("host");
  EXPECT_EQ(star.ports_of(*star.find_bridge(host, "br0")).size(), 3U);
  EXPECT_EQ(interfaces_of(star, host)[3].name, "p2");
}

//            r1
//        r2      r3
//      r4  r5  r6  r7
TEST(Tree, IsNumberedLevelByLevel) {
  const Topology tree = make_tree(2, 2);
  const auto& ends = tree.link(LinkId(4)).ends;
  EXPECT_EQ(tree.node(ends[0].node).name, "r3");
  EXPECT_EQ(tree.node(ends[1].node).name, "r6");
}

TEST(FatTree, HostsDoNotForward) {
  const Topology net = make_fat_tree(4);
  EXPECT_FALSE(net.node(*net.find_node("h4-2-2")).forwarding);
  EXPECT_TRUE(net.node(*net.find_node("e4-2")).forwarding);
  EXPECT_EQ(net.links_of(*net.find_node("c1")).size(), 4U);
}

TEST(Generate, RefusesWhatItCannotBuild) {
  EXPECT_EQ(generate("sta", std::array{3}).error().text,
            "unknown shape 'sta'; did you mean 'star'?; shapes are star, chain, ring, full-mesh, "
            "tree, fat-tree");
  EXPECT_EQ(generate("ring", std::array{2}).error().text,
            "routers of 'ring' must be 3 to 10000, not 2");
  EXPECT_EQ(generate("fat-tree", std::array{3}).error().text,
            "k of 'fat-tree' must be even, not 3");
  EXPECT_EQ(generate("tree", std::array{3}).error().text, "'tree' takes two sizes: depth, fanout");
  EXPECT_EQ(generate("tree", std::array{20, 1000}).error().text,
            "this tree has more than 10000 nodes");
}

}  // namespace
}  // namespace topoproof::topology
