// SPDX-License-Identifier: GPL-2.0-or-later
// Every network of the zoo, from file to routes, and every pair of its nodes.
#include <functional>
#include <numeric>

#include "topofile/zoo.hh"
#include "topology/checks.hh"
#include "topology/forwarding.hh"
#include "topology/interfaces.hh"

namespace topoproof::topofile {
namespace {

// What a way must be like: it starts and ends right, and each step follows a link.
bool is_way(const topology::Topology& net, const std::vector<NodeId>& nodes, NodeId from,
            NodeId to) {
  const auto linked = [&](NodeId a, NodeId b) {
    return std::ranges::any_of(net.links_of(a), [&](LinkId id) {
      const auto& ends = net.link(id).ends;
      return (ends[0].node == a && ends[1].node == b) || (ends[0].node == b && ends[1].node == a);
    });
  };
  return nodes.front() == from && nodes.back() == to &&
         std::ranges::adjacent_find(nodes, std::not_fn(linked)) == nodes.end();
}

// Pairs (of different nodes) that are connected by links, counted without routes.
std::size_t connected_pairs(const topology::Topology& net) {
  std::vector<std::size_t> island(net.nodes().size());
  std::iota(island.begin(), island.end(), std::size_t{0});
  for (const topology::Link& link : net.links()) {
    const std::size_t joined = island[link.ends[0].node.index()];
    const std::size_t other = island[link.ends[1].node.index()];
    std::ranges::replace(island, other, joined);
  }
  std::size_t pairs = 0;
  for (const std::size_t one : island) {
    pairs += static_cast<std::size_t>(std::ranges::count(island, one)) - 1;
  }
  return pairs;
}

std::size_t routed_pairs(const topology::Topology& net) {
  const topology::ForwardingTables tables(net);
  std::size_t pairs = 0;
  for (std::size_t to = 0; to < net.nodes().size(); ++to) {
    const auto target = topology::address_of(net, NodeId(to), Family::Ipv4).value();
    for (std::size_t from = 0; from < net.nodes().size(); ++from) {
      const auto nodes = tables.path(NodeId(from), target);
      if (from == to || nodes.empty()) continue;
      EXPECT_TRUE(is_way(net, nodes, NodeId(from), NodeId(to)));
      ++pairs;
    }
  }
  return pairs;
}

TEST_F(Zoo, IsRoutedWithoutIssues) {
  for (const auto& file : files()) {
    if (file.stem() == "Kdl") continue;  // as large as all others together: last test
    const topology::Topology net = built(import_file(file).value().topology);
    EXPECT_EQ(to_string(topology::check_topology(net)), "") << file;
  }
}

TEST_F(Zoo, RoutesConnectWhatLinksConnect) {
  for (const auto& file : files()) {
    if (file.stem() == "Kdl") continue;  // half a million pairs
    const topology::Topology net = built(import_file(file).value().topology);
    EXPECT_EQ(routed_pairs(net), connected_pairs(net)) << file;
  }
}

TEST_F(Zoo, KdlIsRoutedWhole) {
  const topology::Topology net = built(import_file(zoo() / "Kdl.graphml").value().topology);
  EXPECT_EQ(net.nodes().size(), 754U);
  EXPECT_EQ(net.links().size(), 899U);
  EXPECT_EQ(to_string(topology::check_topology(net)), "");
  std::size_t routes = 0;
  for (const topology::Node& node : net.nodes()) routes += node.routes.size();
  EXPECT_EQ(routes, 754U * 753U);  // a /32 is never a connected network
}

}  // namespace
}  // namespace topoproof::topofile
