// SPDX-License-Identifier: GPL-2.0-or-later
// The graph algorithms that this module needs, over plain indexes. Internal to the module:
// algorithms.cc gives the work to Boost.Graph, so that no header names Boost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace topoproof::topology {

// RETURNS: for each vertex the number of its connected component. Components are numbered in the
// order of their first vertex.
std::vector<std::size_t> connected_components(
    std::size_t vertices, std::span<const std::pair<std::size_t, std::size_t>> edges);

struct Arc {
  std::size_t from = 0;
  std::size_t to = 0;
  std::uint64_t cost = 1;
};

inline constexpr std::uint64_t kUnreachable = std::numeric_limits<std::uint64_t>::max();

// A directed graph in which some vertices are no transit: ways may start and end there only.
class CostGraph {
 public:
  CostGraph(std::vector<bool> transit, std::span<const Arc> arcs);
  ~CostGraph();
  CostGraph(CostGraph&&) noexcept;

  // For each vertex the cost of its cheapest way to the nearest target, or kUnreachable.
  std::vector<std::uint64_t> costs_to(std::span<const std::size_t> targets) const;

 private:
  struct Reversed;
  std::unique_ptr<Reversed> reversed_;
};

}  // namespace topoproof::topology
