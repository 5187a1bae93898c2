// SPDX-License-Identifier: GPL-2.0-or-later
#include "drawing/drawing.hh"

#include <ranges>

namespace topoproof::drawing {
namespace {

LabelLines label_of(const std::string& name, const topology::Addresses& addresses) {
  LabelLines lines{name};
  for (const auto& address : addresses) lines.push_back(to_string(address.value));
  return lines;
}

DrawnVertex vertex_of(const topology::Node& node) {
  return {.kind = node.forwarding ? DrawnVertex::Kind::Router : DrawnVertex::Kind::Host,
          .label = label_of(node.name, node.loopback),
          .position = node.position};
}

DrawnVertex vertex_of(const topology::Bridge& bridge) {
  return {.kind = DrawnVertex::Kind::Bridge, .label = label_of(bridge.name, bridge.addresses)};
}

}  // namespace

Drawing draw(const topology::Topology& topology) {
  Drawing drawing;
  const std::size_t nodes = topology.nodes().size();
  for (const topology::Node& node : topology.nodes()) drawing.vertices.push_back(vertex_of(node));
  for (const topology::Bridge& bridge : topology.bridges()) {
    drawing.edges.push_back(
        {.from = bridge.node.index(), .to = drawing.vertices.size(), .is_link = false});
    drawing.vertices.push_back(vertex_of(bridge));
  }
  const auto vertex = [&](const topology::Endpoint& end) {
    return end.bridge ? nodes + end.bridge->index() : end.node.index();
  };
  for (const auto& [from, to] : topology.links() | std::views::transform(&topology::Link::ends)) {
    drawing.edges.push_back({.from = vertex(from),
                             .to = vertex(to),
                             .at_from = label_of(from.interface, from.addresses),
                             .at_to = label_of(to.interface, to.addresses)});
  }
  return drawing;
}

}  // namespace topoproof::drawing
