// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/forwarding.hh"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "topology/interfaces.hh"

namespace topoproof::topology {
namespace {

struct Entry {
  Prefix prefix;
  std::uint32_t metric = 0;
  std::uint32_t position = 0;               // in file order, connected networks before routes
  std::optional<NodeId> next = {};          // a gateway's node;
  std::optional<std::size_t> segment = {};  // or whoever owns the address on this segment
  // Longest first. Entries of one length and family stand together.
  auto order() const {
    return std::tuple(-prefix.length(), prefix.family(), prefix.address(), metric, position);
  }
};

// Entries of one family and length: [begin, end) of a node's table.
struct Group {
  Family family = Family::Ipv4;
  int length = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Table {
  std::vector<Entry> entries;
  std::vector<Group> groups;
  std::vector<IpAddress> own;                                 // sorted
  std::vector<std::pair<Interface, std::size_t>> interfaces;  // and their segments
  bool forwarding = false;
};

void arrange(Table& table) {
  std::uint32_t position = 0;
  for (Entry& entry : table.entries) entry.position = position++;
  std::ranges::sort(table.entries, {}, &Entry::order);
  std::ranges::sort(table.own);
  for (std::size_t i = 0; i < table.entries.size(); ++i) {
    const Prefix& prefix = table.entries[i].prefix;
    const bool same = !table.groups.empty() && table.groups.back().length == prefix.length() &&
                      table.groups.back().family == prefix.family();
    if (!same) table.groups.push_back({prefix.family(), prefix.length(), i, i});
    table.groups.back().end = i + 1;
  }
}

const Entry* look_up(const Table& table, const IpAddress& to) {
  for (const Group& group : table.groups) {
    if (group.family != to.family()) continue;
    const std::span entries(table.entries.data() + group.begin, group.end - group.begin);
    const IpAddress network = masked(to, group.length);
    const auto found = std::ranges::lower_bound(
        entries, network, {}, [](const Entry& entry) { return entry.prefix.address(); });
    if (found != entries.end() && found->prefix.address() == network) return &*found;
  }
  return nullptr;
}

}  // namespace

class ForwardingTables::Tables {
 public:
  explicit Tables(const Topology& topology) : tables_(topology.nodes().size()) {
    read_segments(topology);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      tables_[i].forwarding = topology.nodes()[i].forwarding;
      for (const auto& address : topology.nodes()[i].loopback) {
        tables_[i].own.push_back(address.value.address);
      }
      for (const auto& [route, where] : topology.nodes()[i].routes) {
        if (route.table == state::kTableMain) add_route(tables_[i], route);
      }
      arrange(tables_[i]);
    }
  }

  std::size_t size() const { return tables_.size(); }
  bool forwards(NodeId node) const { return tables_[node.index()].forwarding; }
  bool owns(NodeId node, const IpAddress& address) const {
    return std::ranges::binary_search(tables_[node.index()].own, address);
  }

  std::optional<NodeId> next_hop(NodeId node, const IpAddress& to) const {
    if (owns(node, to)) return std::nullopt;
    const Entry* entry = look_up(tables_[node.index()], to);
    if (entry == nullptr) return std::nullopt;
    return entry->segment ? owner_on(*entry->segment, to) : entry->next;
  }

 private:
  void read_segments(const Topology& topology) {
    auto segments = segments_of(topology);
    for (std::size_t segment = 0; segment < segments.size(); ++segment) {
      for (Interface& interface : segments[segment].interfaces) {
        Table& table = tables_[interface.node.index()];
        for (const auto& address : interface.addresses) {
          owners_.try_emplace({segment, address.address}, interface.node);
          table.own.push_back(address.address);
          table.entries.push_back({.prefix = address.network(), .segment = segment});
        }
        table.interfaces.emplace_back(std::move(interface), segment);
      }
    }
  }

  std::optional<NodeId> owner_on(std::size_t segment, const IpAddress& address) const {
    const auto found = owners_.find({segment, address});
    if (found == owners_.end()) return std::nullopt;
    return found->second;
  }

  void add_route(Table& table, const state::Route& route) const {
    if (route.table != state::kTableMain) return;
    Entry entry{.prefix = route.destination, .metric = route.metric};
    if (route.type == state::RouteType::Unicast) {
      const auto segment = segment_of(table, route);
      if (segment && route.gateway) entry.next = owner_on(*segment, *route.gateway);
      if (segment && !route.gateway) entry.segment = segment;
    }
    table.entries.push_back(entry);
  }

  static std::optional<std::size_t> segment_of(const Table& table, const state::Route& route) {
    for (const auto& [interface, segment] : table.interfaces) {
      if (route.interface ? interface.name == *route.interface
                          : route.gateway && reaches(interface, *route.gateway)) {
        return segment;
      }
    }
    return std::nullopt;
  }

  static bool reaches(const Interface& interface, const IpAddress& gateway) {
    return std::ranges::any_of(interface.addresses, [&](const InterfaceAddress& address) {
      return address.network().contains(gateway);
    });
  }

  std::vector<Table> tables_;
  std::map<std::pair<std::size_t, IpAddress>, NodeId> owners_;  // by segment and address
};

ForwardingTables::ForwardingTables(const Topology& topology)
    : tables_(std::make_unique<Tables>(topology)) {}
ForwardingTables::~ForwardingTables() = default;
ForwardingTables::ForwardingTables(ForwardingTables&&) noexcept = default;

std::optional<NodeId> ForwardingTables::next_hop(NodeId node, const IpAddress& to) const {
  return tables_->next_hop(node, to);
}

std::vector<std::optional<NodeId>> ForwardingTables::next_hops(const IpAddress& to) const {
  std::vector<std::optional<NodeId>> hops;
  for (std::size_t i = 0; i < tables_->size(); ++i) hops.push_back(next_hop(NodeId(i), to));
  return hops;
}

std::vector<NodeId> ForwardingTables::path(NodeId from, const IpAddress& to) const {
  std::vector<NodeId> nodes{from};
  while (!tables_->owns(nodes.back(), to)) {
    const bool is_sender = nodes.size() == 1;
    const auto next = next_hop(nodes.back(), to);
    const bool in_circles = nodes.size() > tables_->size();
    if (!next || in_circles || (!is_sender && !tables_->forwards(nodes.back()))) return {};
    nodes.push_back(*next);
  }
  return nodes;
}

std::vector<NodeId> path(const Topology& topology, NodeId from, NodeId to) {
  auto target = address_of(topology, to, Family::Ipv4);
  if (!target) target = address_of(topology, to, Family::Ipv6);
  if (!target) return {};
  return ForwardingTables(topology).path(from, *target);
}

}  // namespace topoproof::topology
