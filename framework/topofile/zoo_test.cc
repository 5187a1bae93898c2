// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/zoo.hh"

#include "topology/checks.hh"

namespace topoproof::topofile::zoo_test {
namespace {

TEST_F(Zoo, HasItsNodesAndLinks) {
  std::size_t nodes = 0;
  std::size_t links = 0;
  for (const auto& file : files()) {
    const auto imported = import_file(file);
    ASSERT_TRUE(imported) << to_string(imported.error());
    EXPECT_EQ(to_string(imported->warnings), "");
    nodes += imported->topology.nodes().size();
    links += imported->topology.links().size();
  }
  EXPECT_EQ(files().size(), 147U);
  EXPECT_EQ(nodes, 6235U);
  EXPECT_EQ(links, 7876U);
}

TEST_F(Zoo, AbileneIsRoutedWithoutIssues) {
  const topology::Topology net = built(import_file(zoo() / "Abilene.graphml").value().topology);
  EXPECT_EQ(net.nodes()[0].routes.size(), 10U);
  EXPECT_EQ(to_string(topology::check_topology(net)), "");
}

}  // namespace
}  // namespace topoproof::topofile::zoo_test
