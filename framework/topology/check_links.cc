// SPDX-License-Identifier: GPL-2.0-or-later
#include <numeric>

#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

constexpr int kDefaultMtu = 1500;  // of a veth

std::string name_of(const Topology& topology, BridgeId id) {
  const Bridge& bridge = topology.bridge(id);
  return fmt::format("{}:{}", topology.node(bridge.node).name, bridge.name);
}

void check_ports(const Topology& topology, const Link& link, Issues& issues) {
  for (const Endpoint& end : link.ends) {
    if (!end.bridge) continue;
    const std::string port = topology.node(end.node).name + ":" + end.interface;
    if (topology.bridge(*end.bridge).node != end.node) {
      issues.push_back(make_issue(end.where, fmt::format("'{}' cannot be a port of bridge '{}', "
                                                         "which belongs to another node",
                                                         port, name_of(topology, *end.bridge))));
    }
    for (const auto& address : end.addresses) {
      issues.push_back(make_warning(
          address.where,
          fmt::format("{} on bridge port '{}' is not used for packets that come "
                      "through the bridge: put it on '{}'",
                      to_string(address.value), port, name_of(topology, *end.bridge))));
    }
  }
}

// Sets of bridges that are joined so far.
class JoinedBridges {
 public:
  explicit JoinedBridges(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  // RETURNS: false if they were joined before.
  bool join(BridgeId a, BridgeId b) {
    const std::size_t first = root_of(a.index());
    const std::size_t second = root_of(b.index());
    parent_[second] = first;
    return first != second;
  }

 private:
  std::size_t root_of(std::size_t i) const {
    while (parent_[i] != i) i = parent_[i];
    return i;
  }
  std::vector<std::size_t> parent_;
};

// A frame that is flooded into a loop goes round for ever, at the speed of the machine. One bridge
// with STP in a loop breaks it: bridges without STP pass its BPDUs on, so it hears itself.
void check_bridge_loops(const Topology& topology, Issues& issues) {
  JoinedBridges joined(topology.bridges().size());
  for (const Link& link : topology.links()) {
    const auto& [a, b] = link.ends;
    if (!a.bridge || !b.bridge) continue;
    if (topology.bridge(*a.bridge).stp || topology.bridge(*b.bridge).stp) continue;
    if (joined.join(*a.bridge, *b.bridge)) continue;
    issues.push_back(make_issue(
        link.where,
        fmt::format("the link between '{}' and '{}' closes a loop of bridges without STP: a "
                    "broadcast would go round for ever; set `stp: true` on one of its bridges",
                    name_of(topology, *a.bridge), name_of(topology, *b.bridge))));
  }
}

// The MTU that one side of a segment has, and what to call it.
struct Mtu {
  int value = kDefaultMtu;
  std::string name;
  Location where;
};

std::optional<Mtu> mtu_of(const Topology& topology, const Interface& interface) {
  if (interface.link) {
    const Link& link = topology.link(*interface.link);
    const Location where = link.ends.at(interface.end).where;
    return Mtu{link.mtu.value_or(kDefaultMtu), full_name(topology, interface), where};
  }
  // A bridge takes the least MTU of its ports, if none is given.
  const Bridge& bridge = topology.bridge(interface.bridge.value());
  if (!bridge.mtu) return std::nullopt;
  return Mtu{*bridge.mtu, full_name(topology, interface), bridge.where};
}

void check_mtu(const Topology& topology, const Segment& segment, Issues& issues) {
  std::optional<Mtu> first;
  for (const Interface& one : segment.interfaces) {
    const auto mtu = mtu_of(topology, one);
    if (!mtu) continue;
    if (!first) first = mtu;
    if (mtu->value == first->value) continue;
    issues.push_back(make_warning(
        mtu->where, fmt::format("'{}' has MTU {}, but '{}' on the same segment has {}: larger "
                                "packets are lost in silence",
                                mtu->name, mtu->value, first->name, first->value)));
    return;  // the others would say the same
  }
}

}  // namespace

void check_links(const Topology& topology, Issues& issues) {
  for (const Link& link : topology.links()) {
    check_ports(topology, link, issues);
    if (link.weight == 0) {
      issues.push_back(make_issue(link.where, "the weight of a link is at least 1, not 0"));
    }
  }
  check_bridge_loops(topology, issues);
  for (const Segment& segment : segments_of(topology)) check_mtu(topology, segment, issues);
}

}  // namespace topoproof::topology
