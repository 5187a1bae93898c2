// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/rebuild.hh"

#include <utility>

namespace topoproof::mutation {

void rebuild(topology::Topology& topology, const std::function<void(Parts&)>& edit) {
  Parts parts{.nodes = {topology.nodes().begin(), topology.nodes().end()},
              .bridges = {topology.bridges().begin(), topology.bridges().end()},
              .links = {topology.links().begin(), topology.links().end()}};
  edit(parts);
  topology::Topology changed(topology.name());
  for (topology::Node& node : parts.nodes) changed.add_node(std::move(node));
  for (topology::Bridge& bridge : parts.bridges) changed.add_bridge(std::move(bridge));
  for (topology::Link& link : parts.links) changed.connect(std::move(link));
  topology = std::move(changed);
}

}  // namespace topoproof::mutation
