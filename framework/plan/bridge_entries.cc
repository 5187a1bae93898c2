// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/bridge_entries.hh"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace topoproof::plan {
namespace {

using topology::Endpoint;
using topology::Topology;

// At `bridge`, `port` leads to where the way was asked for.
struct Way {
  BridgeId bridge;
  const Endpoint* port = nullptr;
};

// The bridges and the links that join them.
class Fabric {
 public:
  explicit Fabric(const Topology& topology);

  // A number for all bridges that are joined. None where they form a loop (two links between the
  // same bridges are one too): which way leads to a station is then for STP to choose.
  std::optional<std::size_t> tree_of(BridgeId bridge) const { return trees_[bridge.index()]; }
  // All other bridges of the tree of `root`. REQUIRES: it is a tree.
  const std::vector<Way>& ways_to(BridgeId root);

 private:
  struct Joint {
    LinkId link;
    Way back;  // from the far bridge
  };
  void number_trees();
  std::vector<BridgeId> joined_with(BridgeId first, std::vector<bool>& seen) const;

  std::vector<std::vector<Joint>> joints_;         // by BridgeId
  std::vector<std::optional<std::size_t>> trees_;  // by BridgeId
  std::map<BridgeId, std::vector<Way>> ways_;      // as far as asked for
};

Fabric::Fabric(const Topology& topology)
    : joints_(topology.bridges().size()), trees_(topology.bridges().size()) {
  for (std::size_t i = 0; i < topology.links().size(); ++i) {
    const auto& [a, b] = topology.links()[i].ends;
    if (!a.bridge || !b.bridge) continue;
    joints_[a.bridge->index()].push_back({LinkId(i), {*b.bridge, &b}});
    joints_[b.bridge->index()].push_back({LinkId(i), {*a.bridge, &a}});
  }
  number_trees();
}

void Fabric::number_trees() {
  std::vector<bool> seen(joints_.size());
  for (std::size_t i = 0; i < joints_.size(); ++i) {
    if (seen[i]) continue;
    const std::vector<BridgeId> bridges = joined_with(BridgeId(i), seen);
    std::size_t ends = 0;
    for (const BridgeId bridge : bridges) ends += joints_[bridge.index()].size();
    if (ends != 2 * (bridges.size() - 1)) continue;
    for (const BridgeId bridge : bridges) trees_[bridge.index()] = i;
  }
}

std::vector<BridgeId> Fabric::joined_with(BridgeId first, std::vector<bool>& seen) const {
  std::vector<BridgeId> found{first};
  seen[first.index()] = true;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const Joint& joint : joints_[found[i].index()]) {
      const BridgeId next = joint.back.bridge;
      if (seen[next.index()]) continue;
      seen[next.index()] = true;
      found.push_back(next);
    }
  }
  return found;
}

const std::vector<Way>& Fabric::ways_to(BridgeId root) {
  const auto [known, is_new] = ways_.try_emplace(root);
  std::vector<Way>& ways = known->second;
  if (!is_new) return ways;
  std::vector<std::optional<LinkId>> came_by;
  const auto go_on = [&](BridgeId from, std::optional<LinkId> link) {
    for (const Joint& joint : joints_[from.index()]) {
      if (joint.link == link) continue;
      ways.push_back(joint.back);
      came_by.push_back(joint.link);
    }
  };
  go_on(root, {});
  for (std::size_t i = 0; i < ways.size(); ++i) go_on(ways[i].bridge, came_by[i]);
  return ways;
}

// An interface with a MAC address of its own on a bridge: the bridge itself, or what is linked to
// one of its ports.
struct Station {
  NodeId node;
  const Device* device = nullptr;
  BridgeId bridge;
  const Endpoint* port = nullptr;  // null for the bridge itself
};

std::vector<Station> stations_of(const Topology& topology, const Devices& devices) {
  std::vector<Station> stations;
  for (std::size_t i = 0; i < topology.bridges().size(); ++i) {
    const BridgeId id(i);
    stations.push_back({topology.bridge(id).node, &devices.bridge(id), id, nullptr});
  }
  for (std::size_t i = 0; i < topology.links().size(); ++i) {
    for (const std::size_t which : {0U, 1U}) {
      const Endpoint& end = topology.links()[i].ends[which];
      const Endpoint& port = topology.links()[i].ends[1 - which];
      if (end.bridge || !port.bridge) continue;
      stations.push_back({end.node, &devices.end(LinkId(i), which), *port.bridge, &port});
    }
  }
  return stations;
}

// Topologies may state one MAC address twice. Where two interfaces of a segment have it, a bridge
// learns who spoke last; and an entry for a port's own address would take it from the bridge.
class MacOwners {
 public:
  MacOwners(const Topology& topology, const Devices& devices, const Fabric& fabric) {
    for (const Station& station : stations_of(topology, devices)) {
      count(fabric, station.bridge, *station.device);
    }
    for (std::size_t i = 0; i < topology.links().size(); ++i) {
      for (const std::size_t which : {0U, 1U}) {
        const auto& bridge = topology.links()[i].ends[which].bridge;
        if (bridge) count(fabric, *bridge, devices.end(LinkId(i), which));
      }
    }
  }
  bool is_unique(std::size_t tree, const MacAddress& mac) const {
    return !shared_.contains({tree, mac});
  }

 private:
  void count(const Fabric& fabric, BridgeId bridge, const Device& device) {
    const auto tree = fabric.tree_of(bridge);
    if (tree && !seen_.emplace(*tree, device.mac).second) shared_.emplace(*tree, device.mac);
  }

  std::set<std::pair<std::size_t, MacAddress>> seen_;
  std::set<std::pair<std::size_t, MacAddress>> shared_;
};

// With STP a port forwards seconds after its link is up, and takes no entries until then.
bool takes_entries(const topology::Bridge& bridge, const Endpoint& port) {
  return !bridge.stp && bridge.ageing != std::chrono::seconds(0) &&
         port.port.learning.value_or(true);
}

class BridgeEntries {
 public:
  explicit BridgeEntries(const Topology& topology)
      : topology_(topology), entries_(topology.bridges().size()) {}

  void add(const Station& station, const Way& way) {
    const topology::Bridge& bridge = topology_.bridge(way.bridge);
    if (!takes_entries(bridge, *way.port)) return;
    entries_[way.bridge.index()].push_back(
        {AddBridgeEntry{bridge.node,
                        {.port = way.port->interface,
                         .mac = station.device->mac,
                         .state = state::NeighborState::Reachable}},
         fmt::format("the bridge need not flood what goes to {}",
                     topology_.node(station.node).name)});
  }

  std::vector<Step> by_node() && {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
      for (const BridgeId bridge : topology_.bridges_of(NodeId(i))) {
        std::ranges::move(entries_[bridge.index()], std::back_inserter(steps));
      }
    }
    return steps;
  }

 private:
  const Topology& topology_;
  std::vector<std::vector<Step>> entries_;  // by BridgeId
};

}  // namespace

std::vector<Step> bridge_entry_steps(const Topology& topology, const Devices& devices,
                                     const NeighborEntries& neighbors, const PlanOptions& options) {
  Fabric fabric(topology);
  const MacOwners owners(topology, devices, fabric);
  const std::set<NodeId> resolving(options.resolving.begin(), options.resolving.end());
  BridgeEntries entries(topology);
  for (const Station& station : stations_of(topology, devices)) {
    const auto tree = fabric.tree_of(station.bridge);
    if (!tree || resolving.contains(station.node)) continue;
    if (!neighbors.is_named(*station.device) || !owners.is_unique(*tree, station.device->mac))
      continue;
    if (station.port != nullptr) entries.add(station, {station.bridge, station.port});
    for (const Way& way : fabric.ways_to(station.bridge)) entries.add(station, way);
  }
  return std::move(entries).by_node();
}

}  // namespace topoproof::plan
