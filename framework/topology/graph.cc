// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <unordered_map>
#include <utility>
#include <variant>

#include "base/check.hh"
#include "topology/topology.hh"

namespace topoproof::topology {
namespace {

struct VertexData {
  std::variant<NodeId, BridgeId> stands_for;
};

struct EdgeData {
  std::optional<LinkId> link;  // none: this bridge belongs to that node
};

using BoostGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, VertexData, EdgeData>;
using Vertex = boost::graph_traits<BoostGraph>::vertex_descriptor;

}  // namespace

// What nodes, bridges and links say stands in vectors, because callers get spans of them; who is
// connected with whom stands in the graph.
class Topology::Graph {
 public:
  Vertex vertex_of(const Endpoint& end) const {
    return end.bridge ? bridge_vertices.at(end.bridge->index())
                      : node_vertices.at(end.node.index());
  }

  // Calls `visit` with the data of every edge at the vertex and the vertex at its other side.
  template <class F>
  void for_edges(Vertex vertex, F visit) const {
    for (auto [edge, end] = boost::out_edges(vertex, graph); edge != end; ++edge) {
      visit(graph[*edge], boost::target(*edge, graph));
    }
  }

  std::vector<LinkId> links_at(Vertex vertex) const {
    std::vector<LinkId> found;
    for_edges(vertex, [&](const EdgeData& edge, Vertex) {
      if (edge.link) found.push_back(*edge.link);
    });
    return found;
  }

  std::string name;
  std::vector<Node> nodes;
  std::vector<Bridge> bridges;
  std::vector<Link> links;
  std::vector<Gap> gaps;
  std::unordered_map<std::string, NodeId> nodes_by_name;
  BoostGraph graph;
  std::vector<Vertex> node_vertices;
  std::vector<Vertex> bridge_vertices;
  std::vector<std::vector<BridgeId>> bridges_by_node;  // a node may have a thousand links besides
};

namespace {

std::vector<LinkId> sorted_once(std::vector<LinkId> links) {
  std::ranges::sort(links);
  const auto repeated = std::ranges::unique(links);
  links.erase(repeated.begin(), repeated.end());
  return links;
}

}  // namespace

Topology::Topology(std::string name) : graph_(std::make_unique<Graph>()) {
  graph_->name = std::move(name);
}
Topology::~Topology() = default;
Topology::Topology(Topology&&) noexcept = default;
Topology& Topology::operator=(Topology&&) noexcept = default;
Topology::Topology(const Topology& other) : graph_(std::make_unique<Graph>(*other.graph_)) {}
Topology& Topology::operator=(const Topology& other) {
  *this = Topology(other);
  return *this;
}

NodeId Topology::add_node(Node node) {
  const NodeId id(graph_->nodes.size());
  graph_->node_vertices.push_back(boost::add_vertex(VertexData{id}, graph_->graph));
  graph_->bridges_by_node.emplace_back();
  graph_->nodes_by_name.try_emplace(node.name, id);
  graph_->nodes.push_back(std::move(node));
  return id;
}

BridgeId Topology::add_bridge(Bridge bridge) {
  TOPOPROOF_CHECK(bridge.node.index() < nodes().size(), "a bridge belongs to a node that exists");
  const BridgeId id(graph_->bridges.size());
  const Vertex vertex = boost::add_vertex(VertexData{id}, graph_->graph);
  graph_->bridge_vertices.push_back(vertex);
  boost::add_edge(graph_->node_vertices[bridge.node.index()], vertex, EdgeData{}, graph_->graph);
  graph_->bridges_by_node[bridge.node.index()].push_back(id);
  graph_->bridges.push_back(std::move(bridge));
  return id;
}

LinkId Topology::connect(Link link) {
  for (const Endpoint& end : link.ends) {
    TOPOPROOF_CHECK(end.node.index() < nodes().size(), "a link ends at a node that exists");
    TOPOPROOF_CHECK(!end.bridge || end.bridge->index() < bridges().size(),
                    "a link ends at a bridge that exists");
  }
  const LinkId id(graph_->links.size());
  boost::add_edge(graph_->vertex_of(link.ends[0]), graph_->vertex_of(link.ends[1]), EdgeData{id},
                  graph_->graph);
  graph_->links.push_back(std::move(link));
  return id;
}

void Topology::add_gap(Gap gap) {
  TOPOPROOF_CHECK(!gap.node || gap.node->index() < nodes().size(),
                  "a gap is at a node that exists");
  graph_->gaps.push_back(std::move(gap));
}

const std::string& Topology::name() const { return graph_->name; }
std::span<const Node> Topology::nodes() const { return graph_->nodes; }
std::span<const Bridge> Topology::bridges() const { return graph_->bridges; }
std::span<const Link> Topology::links() const { return graph_->links; }
std::span<const Gap> Topology::gaps() const { return graph_->gaps; }
const Node& Topology::node(NodeId id) const { return graph_->nodes.at(id.index()); }
const Bridge& Topology::bridge(BridgeId id) const { return graph_->bridges.at(id.index()); }
const Link& Topology::link(LinkId id) const { return graph_->links.at(id.index()); }
Node& Topology::node(NodeId id) { return graph_->nodes.at(id.index()); }

std::optional<NodeId> Topology::find_node(std::string_view name) const {
  const auto found = graph_->nodes_by_name.find(std::string(name));
  if (found == graph_->nodes_by_name.end()) return std::nullopt;
  return found->second;
}

std::optional<BridgeId> Topology::find_bridge(NodeId node, std::string_view name) const {
  for (const BridgeId id : bridges_of(node)) {
    if (bridge(id).name == name) return id;
  }
  return std::nullopt;
}

std::vector<LinkId> Topology::links_of(NodeId node) const {
  std::vector<LinkId> found = graph_->links_at(graph_->node_vertices.at(node.index()));
  for (const BridgeId bridge : bridges_of(node)) {
    const auto ports = ports_of(bridge);
    found.insert(found.end(), ports.begin(), ports.end());
  }
  return sorted_once(std::move(found));
}

std::vector<LinkId> Topology::ports_of(BridgeId bridge) const {
  return sorted_once(graph_->links_at(graph_->bridge_vertices.at(bridge.index())));
}

std::vector<BridgeId> Topology::bridges_of(NodeId node) const {
  return graph_->bridges_by_node.at(node.index());
}

}  // namespace topoproof::topology
