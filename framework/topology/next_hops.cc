// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/next_hops.hh"

#include <algorithm>
#include <utility>

namespace topoproof::topology {
namespace {

// One number orders ways by weight first and by nodes second: a way has fewer than 65536 nodes.
// A link that weighs nothing counts as 1, else a way could go round in circles for nothing.
constexpr int kNodeBits = 16;
std::uint64_t cost_of(std::uint32_t weight, bool arrives_at_node) {
  return (std::uint64_t{std::max(weight, 1U)} << kNodeBits) + (arrives_at_node ? 1 : 0);
}

bool speaks(const Interface& interface, Family family) {
  const bool is_port = interface.link && interface.bridge;
  return interface.kind != Interface::Kind::Loopback && !is_port &&
         std::ranges::any_of(interface.addresses,
                             [&](const auto& address) { return address.family() == family; });
}

}  // namespace

NextHops::NextHops(const Topology& topology, Family family)
    : node_count_(topology.nodes().size()),
      at_link_end_(2 * topology.links().size()),
      at_bridge_(topology.bridges().size()),
      steps_(node_count_ + topology.bridges().size()) {
  find_interfaces(topology, family);
  add_link_steps(topology);
  add_bridge_steps(topology);
  for (const Node& node : topology.nodes()) transit_.push_back(node.forwarding);
  transit_.resize(steps_.size(), true);

  std::vector<Arc> arcs;
  for (std::size_t from = 0; from < steps_.size(); ++from) {
    for (const Step& step : steps_[from]) arcs.push_back({from, step.to, step.cost});
  }
  costs_.emplace(transit_, arcs);
}

void NextHops::find_interfaces(const Topology& topology, Family family) {
  for (std::size_t node = 0; node < node_count_; ++node) {
    for (Interface& one : interfaces_of(topology, NodeId(node))) {
      if (!speaks(one, family)) continue;
      auto& place = one.link ? at_link_end_[2 * one.link->index() + one.end]
                             : at_bridge_[one.bridge->index()];
      place = interfaces_.size();
      interfaces_.push_back(std::move(one));
    }
  }
}

void NextHops::add_link_steps(const Topology& topology) {
  for (std::size_t i = 0; i < topology.links().size(); ++i) {
    const Link& link = topology.links()[i];
    const auto vertex = [&](const Endpoint& end) {
      return end.bridge ? node_count_ + end.bridge->index() : end.node.index();
    };
    const auto usable = [&](std::size_t end) {
      return link.ends.at(end).bridge || at_link_end_[2 * i + end];
    };
    if (!usable(0) || !usable(1)) continue;
    for (std::size_t from = 0; from < 2; ++from) {
      const std::size_t to = 1 - from;
      const std::size_t target = vertex(link.ends.at(to));
      steps_[vertex(link.ends.at(from))].push_back({.to = target,
                                                    .cost = cost_of(link.weight, is_node(target)),
                                                    .link = LinkId(i),
                                                    .out = at_link_end_[2 * i + from],
                                                    .in = at_link_end_[2 * i + to]});
    }
  }
}

void NextHops::add_bridge_steps(const Topology& topology) {
  for (std::size_t i = 0; i < topology.bridges().size(); ++i) {
    if (!at_bridge_[i]) continue;
    const std::size_t owner = topology.bridges()[i].node.index();
    const std::size_t bridge = node_count_ + i;
    steps_[owner].push_back({.to = bridge, .cost = 0, .out = at_bridge_[i]});
    steps_[bridge].push_back({.to = owner, .cost = 1, .in = at_bridge_[i]});
  }
}

// The choice among cheapest ways for one set of targets.
class NextHops::Search {
 public:
  Search(const NextHops& graph, std::span<const NodeId> targets)
      : graph_(graph),
        may_be_next_(graph.transit_),
        known_(graph.steps_.size() - graph.node_count_) {
    std::vector<std::size_t> vertices;
    for (const NodeId target : targets) {
      vertices.push_back(target.index());
      may_be_next_[target.index()] = true;
    }
    costs_ = graph.costs_->costs_to(vertices);
  }

  std::optional<Hop> choose(NodeId node) {
    const std::size_t vertex = node.index();
    if (costs_[vertex] == 0 || costs_[vertex] == kUnreachable) return std::nullopt;
    return best_step(vertex).hop;
  }

 private:
  struct Choice {
    std::optional<LinkId> link;
    Hop hop;
    auto order() const { return std::pair(hop.next, link); }
  };

  // REQUIRES: there is a way from the vertex. Ends, because a cheapest step lowers the cost.
  Choice best_step(std::size_t from) {
    std::optional<Choice> best;
    for (const Step& step : graph_.steps_[from]) {
      if (!is_cheapest(from, step)) continue;
      Choice choice = follow(step);
      if (!best || choice.order() < best->order()) best = choice;
    }
    return best.value();
  }

  bool is_cheapest(std::size_t from, const Step& step) const {
    return may_be_next_[step.to] && costs_[step.to] != kUnreachable &&
           costs_[step.to] + step.cost == costs_[from];
  }

  Choice follow(const Step& step) {
    Choice choice;
    if (graph_.is_node(step.to)) {
      choice.hop = {.next = NodeId(step.to), .in = step.in.value()};
    } else {
      auto& known = known_[step.to - graph_.node_count_];
      if (!known) known = best_step(step.to);
      choice = *known;
    }
    if (step.link) choice.link = step.link;
    if (step.out) choice.hop.out = *step.out;
    return choice;
  }

  const NextHops& graph_;
  std::vector<bool> may_be_next_;
  std::vector<std::optional<Choice>> known_;  // by bridge: asked by each of its ports
  std::vector<std::uint64_t> costs_;
};

std::vector<std::optional<Hop>> NextHops::towards(std::span<const NodeId> targets) const {
  Search search(*this, targets);
  std::vector<std::optional<Hop>> hops;
  for (std::size_t node = 0; node < node_count_; ++node) {
    hops.push_back(search.choose(NodeId(node)));
  }
  return hops;
}

}  // namespace topoproof::topology
