// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <utility>

#include "topology/algorithms.hh"
#include "topology/interfaces.hh"

namespace topoproof::topology {
namespace {

// Two vertices for each link, one for each bridge: what is joined hears the same broadcasts.
class Wiring {
 public:
  explicit Wiring(const Topology& topology) : bridges_at_(2 * topology.links().size()) {
    std::vector<std::pair<std::size_t, std::size_t>> joined;
    for (std::size_t link = 0; link < topology.links().size(); ++link) {
      joined.emplace_back(2 * link, 2 * link + 1);
      for (std::size_t end = 0; end < 2; ++end) {
        const auto& bridge = topology.links()[link].ends.at(end).bridge;
        if (bridge) joined.emplace_back(2 * link + end, bridges_at_ + bridge->index());
      }
    }
    component_ = connected_components(bridges_at_ + topology.bridges().size(), joined);
  }

  std::size_t component_of(const Interface& interface) const {
    return interface.link ? component_[2 * interface.link->index() + interface.end]
                          : component_[bridges_at_ + interface.bridge->index()];
  }
  std::size_t size() const { return component_.size(); }

 private:
  std::size_t bridges_at_;
  std::vector<std::size_t> component_;
};

bool has_own_addresses(const Interface& interface) {
  const bool is_port = interface.link && interface.bridge;
  return interface.kind != Interface::Kind::Loopback && !is_port;
}

}  // namespace

std::vector<Segment> segments_of(const Topology& topology) {
  const Wiring wiring(topology);
  std::vector<Segment> segments;
  std::vector<std::optional<std::size_t>> segment_of(wiring.size());
  for (std::size_t node = 0; node < topology.nodes().size(); ++node) {
    for (Interface& interface : interfaces_of(topology, NodeId(node))) {
      if (!has_own_addresses(interface)) continue;
      auto& segment = segment_of[wiring.component_of(interface)];
      if (!segment) {
        segment = segments.size();
        segments.emplace_back();
      }
      segments[*segment].interfaces.push_back(std::move(interface));
    }
  }
  return segments;
}

}  // namespace topoproof::topology
