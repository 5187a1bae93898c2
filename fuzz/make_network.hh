// SPDX-License-Identifier: GPL-2.0-or-later
// Networks of the shapes that can be generated, with nodes that differ, made from a byte source.
#pragma once

#include <array>

#include "base/byte_source.hh"
#include "base/check.hh"
#include "topology/addressing.hh"
#include "topology/generators.hh"
#include "topology/routing.hh"

namespace topoproof::fuzz {

inline topology::Topology make_shape(ByteSource& source) {
  constexpr std::array kShapes{"star", "chain", "ring", "tree", "fat-tree", "full-mesh"};
  const std::string_view shape = source.pick(kShapes);
  std::vector<int> sizes{source.between(1, 6)};
  if (shape == "tree") sizes = {source.between(0, 2), source.between(1, 3)};
  if (shape == "ring") sizes = {source.between(3, 6)};
  if (shape == "fat-tree") sizes = {2};
  auto made = topology::generate(shape, sizes);
  TOPOPROOF_CHECK(made, "the sizes are within the limits of their shape");
  return *std::move(made);
}

// Nodes that differ in what the planner looks at.
inline void vary(topology::Topology& network, ByteSource& source) {
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    topology::Node& node = network.node(NodeId(i));
    node.forwarding = source.coin();
    if (source.coin()) node.masquerade.push_back({{.from = std::nullopt, .out = "eth0"}});
    if (!source.coin()) continue;
    const auto target = make_prefix(Ipv4Address(203, 0, source.byte(), 0), 24);
    node.routes.push_back({{.type = state::RouteType::Blackhole, .destination = target}});
  }
}

inline topology::Topology make_network(ByteSource& source) {
  topology::Topology shape = make_shape(source);
  vary(shape, source);
  topology::AddressingOptions options{.loopbacks = source.coin()};
  if (source.coin()) options.ipv6 = topology::default_ipv6_pool();
  const auto addressed = topology::assign_addresses(shape, options);
  TOPOPROOF_CHECK(addressed, "the default pools are large enough");
  return topology::add_shortest_path_routes(*addressed);
}

}  // namespace topoproof::fuzz
