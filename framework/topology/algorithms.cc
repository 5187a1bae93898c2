// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/algorithms.hh"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/filtered_graph.hpp>

namespace topoproof::topology {
namespace {

using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

struct ArcData {
  std::uint64_t cost = 1;
};
using Directed =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, ArcData>;
using Edge = boost::graph_traits<Directed>::edge_descriptor;

// Which arcs a search away from the targets may follow.
struct MayFollow {
  const std::vector<bool>* expandable = nullptr;
  bool operator()(const Edge& edge) const { return (*expandable)[edge.m_source]; }
};

}  // namespace

std::vector<std::size_t> connected_components(
    std::size_t vertices, std::span<const std::pair<std::size_t, std::size_t>> edges) {
  const Undirected graph(edges.begin(), edges.end(), vertices);
  std::vector<std::size_t> components(vertices);
  boost::connected_components(
      graph, boost::make_iterator_property_map(components.begin(),
                                               boost::get(boost::vertex_index, graph)));
  return components;
}

// Costs to a target are costs from it when every arc is turned round.
struct CostGraph::Reversed {
  std::vector<bool> transit;
  Directed graph;
};

CostGraph::CostGraph(std::vector<bool> transit, std::span<const Arc> arcs)
    : reversed_(std::make_unique<Reversed>()) {
  reversed_->graph = Directed(transit.size());
  reversed_->transit = std::move(transit);
  for (const Arc& arc : arcs) {
    boost::add_edge(arc.to, arc.from, ArcData{arc.cost}, reversed_->graph);
  }
}
CostGraph::~CostGraph() = default;
CostGraph::CostGraph(CostGraph&&) noexcept = default;

std::vector<std::uint64_t> CostGraph::costs_to(std::span<const std::size_t> targets) const {
  std::vector<bool> expandable = reversed_->transit;
  for (const std::size_t target : targets) expandable[target] = true;
  const boost::filtered_graph graph(reversed_->graph, MayFollow{&expandable});

  const auto index = boost::get(boost::vertex_index, reversed_->graph);
  std::vector<std::uint64_t> costs(expandable.size(), kUnreachable);
  std::vector<boost::default_color_type> colors(expandable.size(), boost::white_color);
  for (const std::size_t target : targets) costs[target] = 0;
  boost::dijkstra_shortest_paths_no_init(
      graph, targets.begin(), targets.end(), boost::dummy_property_map(),
      boost::make_iterator_property_map(costs.begin(), index),
      boost::get(&ArcData::cost, reversed_->graph), index, std::less<>(),
      boost::closed_plus<std::uint64_t>(kUnreachable), std::uint64_t{0},
      boost::default_dijkstra_visitor(), boost::make_iterator_property_map(colors.begin(), index));
  return costs;
}

}  // namespace topoproof::topology
