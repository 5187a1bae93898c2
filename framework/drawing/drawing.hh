// SPDX-License-Identifier: GPL-2.0-or-later
// What a picture of a topology says, however it is drawn. Internal to the module.
#pragma once

#include <string>
#include <vector>

#include "topology/topology.hh"

namespace topoproof::drawing {

// A label's lines: "eth0", "10.0.0.1/24", ...
using LabelLines = std::vector<std::string>;

struct DrawnVertex {  // a node or a bridge
  enum class Kind { Router, Host, Bridge };
  Kind kind = Kind::Host;
  LabelLines label;
  std::optional<topology::Position> position = {};
};

struct DrawnEdge {
  std::size_t from = 0;  // vertices
  std::size_t to = 0;
  bool is_link = true;  // else: the bridge `to` belongs to the node `from`
  LabelLines at_from = {};
  LabelLines at_to = {};
};

struct Drawing {
  std::vector<DrawnVertex> vertices;  // the nodes, then the bridges
  std::vector<DrawnEdge> edges;
};

Drawing draw(const topology::Topology& topology);

}  // namespace topoproof::drawing
