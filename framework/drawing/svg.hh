// SPDX-License-Identifier: GPL-2.0-or-later
// A topology as one self-contained SVG picture, laid out by itself.
#pragma once

#include <string>

#include "topology/topology.hh"

namespace topoproof::drawing {

struct SvgOptions {
  // The names and addresses of interfaces. Automatic: up to 60 links, more are unreadable.
  enum class Details { Automatic, Always, Never };
  Details details = Details::Automatic;
};

// As a map where at least half of the nodes have a position, else by distance in the graph.
// Routers are blue, hosts grey, bridges orange and joined to their node by a dashed line; parallel
// links are bent apart. Boxes have their place among nodes and then bridges as `data-vertex`. The
// same topology gives the same text.
std::string to_svg(const topology::Topology& topology, const SvgOptions& options = {});

}  // namespace topoproof::drawing
