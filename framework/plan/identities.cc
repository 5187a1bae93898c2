// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/identities.hh"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/check.hh"
#include "plan/devices.hh"

namespace topoproof::plan {
namespace {

// A bridge or an end of a link. An end that leads elsewhere now is another one.
struct DeviceName {
  NodeId node;
  std::string_view interface;  // of the plan
  std::optional<std::pair<NodeId, std::string_view>> far_end = {};
  friend auto operator<=>(const DeviceName&, const DeviceName&) = default;
};

using Devices = std::map<DeviceName, const state::Link*>;

struct CollectDevices {
  Devices& devices;

  void operator()(const CreateBridge& op) const {
    devices.emplace(DeviceName{op.node, op.link->name}, &*op.link);
  }
  void operator()(const CreateVeth& op) const {
    const std::pair<NodeId, std::string_view> near{op.node, op.link->name};
    const std::pair<NodeId, std::string_view> far{op.peer_node, op.peer->name};
    devices.emplace(DeviceName{near.first, near.second, far}, &*op.link);
    devices.emplace(DeviceName{far.first, far.second, near}, &*op.peer);
  }
  void operator()(const auto&) const {}
};

Devices devices_of(const Plan& plan) {
  Devices devices;
  for (const Step& step : plan.steps) std::visit(CollectDevices{devices}, step.operation);
  return devices;
}

// What the numbers of one plan are in the other.
struct Translation {
  std::unordered_map<std::uint32_t, std::uint32_t> indexes;
  std::map<MacAddress, MacAddress> macs;  // of those that were made from an index

  void translate(std::optional<MacAddress>& mac) const {
    if (!mac) return;
    const auto found = macs.find(*mac);
    if (found != macs.end()) mac = found->second;
  }
  void translate(state::Link& link) const {
    if (link.index) link.index = indexes.at(*link.index);
    translate(link.mac);
  }

  void operator()(CreateBridge& op) const { translate(*op.link); }
  void operator()(CreateVeth& op) const {
    translate(*op.link);
    translate(*op.peer);
  }
  void operator()(AddNeighbor& op) const { translate(op.neighbor.mac); }
  void operator()(AddBridgeEntry& op) const {
    std::optional<MacAddress> mac = op.entry.mac;
    translate(mac);
    op.entry.mac = *mac;
  }
  void operator()(auto&) const {}
};

std::uint32_t index_after(const Devices& devices) {
  std::uint32_t last = kFirstIndex - 1;
  for (const auto& [name, link] : devices) last = std::max(last, link->index.value_or(0));
  return last + 1;
}

Translation translation(const Devices& before, const Devices& after) {
  Translation result;
  std::uint32_t fresh = index_after(before);
  for (const auto& [name, link] : after) {
    const std::uint32_t index = link->index.value();
    const auto same = before.find(name);
    const std::uint32_t own = same != before.end() ? same->second->index.value() : fresh++;
    result.indexes.emplace(index, own);
    if (link->mac == mac_of_index(index)) result.macs.emplace(*link->mac, mac_of_index(own));
  }
  return result;
}

}  // namespace

std::vector<std::string> all_nodes(const Plan& before, const Plan& after) {
  std::vector<std::string> nodes = after.nodes;
  std::vector<std::string> known = after.nodes;
  std::ranges::sort(known);
  std::ranges::copy_if(before.nodes, std::back_inserter(nodes), [&](const std::string& name) {
    return !std::ranges::binary_search(known, name);
  });
  return nodes;
}

Plan renumbered(Plan plan, const std::vector<std::string>& nodes) {
  std::unordered_map<std::string, NodeId> by_name;
  for (std::size_t i = 0; i < nodes.size(); ++i) by_name.emplace(nodes[i], NodeId(i));
  std::vector<NodeId> ids;
  for (const std::string& name : plan.nodes) {
    const auto found = by_name.find(name);
    TOPOPROOF_CHECK(found != by_name.end(), "a plan is renumbered for all of its nodes");
    ids.push_back(found->second);
  }
  for (Step& step : plan.steps) {
    std::visit(
        [&](auto& op) {
          op.node = ids[op.node.index()];
          if constexpr (requires { op.peer_node; }) op.peer_node = ids[op.peer_node.index()];
        },
        step.operation);
  }
  plan.nodes = nodes;
  return plan;
}

Plan with_identities_of(const Plan& before, Plan after) {
  const Translation translate = translation(devices_of(before), devices_of(after));
  for (Step& step : after.steps) std::visit(translate, step.operation);
  return after;
}

}  // namespace topoproof::plan
