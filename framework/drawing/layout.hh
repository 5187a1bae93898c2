// SPDX-License-Identifier: GPL-2.0-or-later
// Where to draw the vertices of a graph. Internal to the module; knows no topology.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace topoproof::drawing {

struct Point {
  double x = 0;
  double y = 0;  // downwards
};

using LayoutEdge = std::pair<std::size_t, std::size_t>;

// Vertices as far from each other as they are in the graph, one unit for each edge (stress
// minimisation by gradient descent: Zheng, Pawar, Goodman 2019). The longest extent lies
// horizontally. The same graph always gives the same layout.
std::vector<Point> layout_by_distance(std::size_t vertices, std::span<const LayoutEdge> edges);

// Vertices with a known point stay there; the others go to the middle of their neighbours, or of
// everything. REQUIRES: at least one is known.
std::vector<Point> layout_around(std::span<const std::optional<Point>> known,
                                 std::span<const LayoutEdge> edges);

// Moves boxes around the points apart until few overlap. `sizes`: width and height by vertex.
void separate(std::vector<Point>& points, std::span<const Point> sizes);

}  // namespace topoproof::drawing
