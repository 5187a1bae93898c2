// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/generators.hh"

#include <array>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include "base/check.hh"
#include "base/suggest.hh"
#include "topology/growing.hh"

namespace topoproof::topology {
namespace {

constexpr int kMostNodes = 10'000;

NodeId add_router(Growing& net, std::string name) {
  return net.add({.name = std::move(name), .forwarding = true});
}

std::vector<NodeId> add_routers(Growing& net, int count) {
  std::vector<NodeId> ids;
  for (int i = 1; i <= count; ++i) ids.push_back(add_router(net, fmt::format("r{}", i)));
  return ids;
}

struct Bounds {
  std::string_view name;
  int least = 1;
  int most = kMostNodes;
};

struct Shape {
  std::string_view name;
  std::vector<Bounds> sizes;
  std::function<Topology(std::span<const int>)> make;
};

std::int64_t tree_size(int depth, int fanout) {
  std::int64_t level = 1;
  std::int64_t nodes = 1;
  for (int i = 0; i < depth && nodes <= kMostNodes; ++i) {
    level *= fanout;
    nodes += level;
  }
  return nodes;
}

const std::array<Shape, 6>& shapes() {
  static const std::array<Shape, 6> all{{
      {"star", {{"leaves", 1, 1023}}, [](auto sizes) { return make_star(sizes[0]); }},
      {"chain", {{"routers"}}, [](auto sizes) { return make_chain(sizes[0]); }},
      {"ring", {{"routers", 3}}, [](auto sizes) { return make_ring(sizes[0]); }},
      {"full-mesh", {{"routers", 1, 200}}, [](auto sizes) { return make_full_mesh(sizes[0]); }},
      {"tree",
       {{"depth", 0, 20}, {"fanout", 1, 1000}},
       [](auto sizes) { return make_tree(sizes[0], sizes[1]); }},
      {"fat-tree", {{"k", 2, 32}}, [](auto sizes) { return make_fat_tree(sizes[0]); }},
  }};
  return all;
}

std::expected<const Shape*, Issue> find_shape(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Shape& shape : shapes()) {
    if (shape.name == name) return &shape;
    known.push_back(shape.name);
  }
  return std::unexpected(
      make_issue(fmt::format("unknown shape '{}'{}; shapes are {}", name, did_you_mean(name, known),
                             fmt::join(known, ", "))));
}

std::optional<Issue> check_sizes(const Shape& shape, std::span<const int> sizes) {
  if (sizes.size() != shape.sizes.size()) {
    std::vector<std::string_view> names;
    for (const Bounds& bounds : shape.sizes) names.push_back(bounds.name);
    return make_issue(fmt::format("'{}' takes {}: {}", shape.name,
                                  names.size() == 1 ? "one size" : "two sizes",
                                  fmt::join(names, ", ")));
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto& [name, least, most] = shape.sizes[i];
    if (sizes[i] >= least && sizes[i] <= most) continue;
    return make_issue(fmt::format("{} of '{}' must be {} to {}, not {}", name, shape.name, least,
                                  most, sizes[i]));
  }
  if (shape.name == "fat-tree" && sizes[0] % 2 != 0) {
    return make_issue(fmt::format("k of 'fat-tree' must be even, not {}", sizes[0]));
  }
  if (shape.name == "tree" && tree_size(sizes[0], sizes[1]) > kMostNodes) {
    return make_issue(fmt::format("this tree has more than {} nodes", kMostNodes));
  }
  return std::nullopt;
}

// One pod of a fat tree: links inside it, and up to the core. An aggregation router of place i is
// linked with the i-th group of k/2 core routers.
void add_pod(Growing& net, int pod, int half, std::span<const NodeId> core) {
  std::vector<NodeId> aggregation;
  for (int i = 0; i < half; ++i) {
    aggregation.push_back(add_router(net, fmt::format("a{}-{}", pod, i + 1)));
    for (int j = 0; j < half; ++j) {
      net.link(aggregation.back(), core[static_cast<std::size_t>(i * half + j)]);
    }
  }
  for (int i = 0; i < half; ++i) {
    const NodeId edge = add_router(net, fmt::format("e{}-{}", pod, i + 1));
    for (const NodeId upper : aggregation) net.link(edge, upper);
    for (int j = 0; j < half; ++j) {
      net.link(net.add({.name = fmt::format("h{}-{}-{}", pod, i + 1, j + 1)}), edge);
    }
  }
}

}  // namespace

Topology make_star(int leaves) {
  Topology star(fmt::format("star-{}", leaves));
  const NodeId host = star.add_node({.name = "host", .forwarding = true});
  const BridgeId bridge = star.add_bridge({.name = "br0", .node = host});
  for (int i = 1; i <= leaves; ++i) {
    const NodeId leaf = star.add_node({.name = fmt::format("n{}", i)});
    star.connect({.ends = {Endpoint{.node = leaf, .interface = "eth0"},
                           {.node = host, .interface = fmt::format("p{}", i), .bridge = bridge}}});
  }
  return star;
}

Topology make_chain(int routers) {
  Growing net(fmt::format("chain-{}", routers));
  const auto ids = add_routers(net, routers);
  for (std::size_t i = 1; i < ids.size(); ++i) net.link(ids[i - 1], ids[i]);
  return net.take();
}

Topology make_ring(int routers) {
  Growing net(fmt::format("ring-{}", routers));
  const auto ids = add_routers(net, routers);
  for (std::size_t i = 0; i < ids.size(); ++i) net.link(ids[i], ids[(i + 1) % ids.size()]);
  return net.take();
}

Topology make_full_mesh(int routers) {
  Growing net(fmt::format("full-mesh-{}", routers));
  const auto ids = add_routers(net, routers);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (std::size_t j = i + 1; j < ids.size(); ++j) net.link(ids[i], ids[j]);
  }
  return net.take();
}

Topology make_tree(int depth, int fanout) {
  Growing net(fmt::format("tree-{}-{}", depth, fanout));
  const auto ids = add_routers(net, static_cast<int>(tree_size(depth, fanout)));
  for (std::size_t i = 1; i < ids.size(); ++i) {
    net.link(ids[(i - 1) / static_cast<std::size_t>(fanout)], ids[i]);
  }
  return net.take();
}

Topology make_fat_tree(int k) {
  TOPOPROOF_CHECK(k > 0 && k % 2 == 0, "a fat tree has an even k");
  const int half = k / 2;
  Growing net(fmt::format("fat-tree-{}", k));
  std::vector<NodeId> core;
  for (int i = 1; i <= half * half; ++i) core.push_back(add_router(net, fmt::format("c{}", i)));
  for (int pod = 1; pod <= k; ++pod) add_pod(net, pod, half, core);
  return net.take();
}

std::expected<Topology, Issue> generate(std::string_view shape, std::span<const int> sizes) {
  const auto found = find_shape(shape);
  if (!found) return std::unexpected(found.error());
  if (auto issue = check_sizes(**found, sizes)) return std::unexpected(*std::move(issue));
  return (*found)->make(sizes);
}

}  // namespace topoproof::topology
