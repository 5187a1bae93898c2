// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/planner.hh"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "plan/bridge_entries.hh"
#include "plan/devices.hh"
#include "plan/namespace_steps.hh"
#include "plan/neighborhood.hh"
#include "plan/pins.hh"
#include "plan/reason.hh"
#include "plan/route_interfaces.hh"

namespace topoproof::plan {
namespace {

using topology::Endpoint;
using topology::Topology;

std::string describe(const Topology& topology, const Endpoint& end) {
  return fmt::format("{}:{}", topology.node(end.node).name, end.interface);
}

std::string because_of(const Topology& topology, const topology::Link& link) {
  return fmt::format("link {} -- {} exists", describe(topology, link.ends[0]),
                     describe(topology, link.ends[1]));
}

// The end that the veth is created from: one that is a port gets its master in the same message.
std::size_t near_end(const topology::Link& link) {
  return link.ends[0].bridge ? 0 : link.ends[1].bridge ? 1 : 0;
}

state::PortOptions port_options(const topology::PortOptions& port) {
  return {.isolated = port.isolated,
          .hairpin = port.hairpin,
          .learning = port.learning.value_or(true),
          .flood = port.flood.value_or(true)};
}

// Without STP a port forwards at once; with it, after twice the shortest delay that STP allows.
state::BridgeOptions bridge_options(const topology::Bridge& bridge) {
  state::BridgeOptions options{.stp = bridge.stp,
                               .forward_delay = std::chrono::seconds(bridge.stp ? 2 : 0)};
  if (bridge.ageing) options.ageing_time = *bridge.ageing;
  return options;
}

bool answers_for_others(const topology::Node& node) {
  return std::ranges::any_of(node.sysctls, [](const auto& sysctl) {
    const std::string& name = sysctl.value.name;
    const bool proxies = name.ends_with(".proxy_arp") || name.ends_with("/proxy_arp");
    return proxies && sysctl.value.value != "0";
  });
}

bool is_stated(const topology::Node& node, std::string_view sysctl) {
  return std::ranges::any_of(node.sysctls,
                             [&](const auto& s) { return is_same_sysctl(s.value.name, sysctl); });
}

class Planner {
 public:
  Planner(const Topology& topology, const PlanOptions& options)
      : topology_(topology),
        options_(options),
        uses_ipv6_(topology::uses_family(topology, Family::Ipv6)),
        devices_(topology),
        neighborhood_(topology, devices_),
        entries_(topology, neighborhood_, options) {}

  std::expected<Plan, Issues> run() {
    for (const topology::Node& node : topology_.nodes()) plan_.nodes.push_back(node.name);
    // Of most nodes: 50 pins, an address, a route, a link. To grow costs more than to fill.
    constexpr std::size_t kStepsOfANode = 64;
    plan_.steps.reserve(kStepsOfANode * plan_.nodes.size());
    check_limits();
    if (options_.namespaces) each_node(&Planner::create_namespace);
    each_node(&Planner::create_devices);
    each_node(&Planner::configure);
    each_node(&Planner::impair);
    each_node(&Planner::load_rules);
    add_bridge_entries();
    if (has_errors(issues_)) return std::unexpected(std::move(issues_));
    return std::move(plan_);
  }

 private:
  void each_node(void (Planner::*f)(NodeId)) {
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) (this->*f)(NodeId(i));
  }
  void step(Operation operation, SharedText reason) {
    plan_.steps.push_back({std::move(operation), std::move(reason)});
  }

  void check_limits();
  void create_namespace(NodeId node);
  void create_devices(NodeId node);
  void create_bridge(NodeId node, BridgeId bridge);
  void create_veth(NodeId node, LinkId link);
  bool is_carried(LinkId link) const;
  void impair(NodeId node);
  void configure(NodeId node);
  void set_interface_sysctls(NodeId node);
  void hurry_proxies(NodeId node);
  void set_patience(NodeId node);
  void set_patience(NodeId node, Family family, const std::string& interface);
  void bring_up(NodeId node, LinkId link, std::size_t which);
  void set_port_options(NodeId node, LinkId link, std::size_t which);
  void add_addresses(NodeId node);
  void add_routes(NodeId node);
  void add_policy_rules(NodeId node);
  void add_neighbors(NodeId node);
  void load_rules(NodeId node);
  void add_bridge_entries();

  const Topology& topology_;
  const PlanOptions& options_;
  const bool uses_ipv6_;
  const Devices devices_;
  const Neighborhood neighborhood_;
  const NeighborEntries entries_;
  Plan plan_;
  Issues issues_;
};

void Planner::check_limits() {
  if (!options_.limits) return;
  issues_ = entries_.check_limit(*options_.limits);
  for (std::size_t i = 0; i < topology_.bridges().size(); ++i) {
    const topology::Bridge& bridge = topology_.bridges()[i];
    const std::size_t ports = topology_.ports_of(BridgeId(i)).size();
    if (ports <= options_.limits->backlog) continue;
    issues_.push_back(make_issue(
        bridge.where,
        fmt::format("bridge {} has {} ports, but a frame to all of them would overflow this "
                    "machine's backlog of {} frames: raise net.core.netdev_max_backlog",
                    bridge.name, ports, options_.limits->backlog)));
  }
}

void Planner::create_namespace(NodeId node) {
  std::ranges::move(namespace_steps(topology_, node, uses_ipv6_), std::back_inserter(plan_.steps));
}

void Planner::create_devices(NodeId node) {
  for (const BridgeId bridge : topology_.bridges_of(node)) create_bridge(node, bridge);
  for (const LinkId link : topology_.links_of(node)) {
    const topology::Link& l = topology_.link(link);
    if (l.ends[near_end(l)].node == node) create_veth(node, link);
  }
}

void Planner::create_bridge(NodeId node, BridgeId id) {
  const Device& device = devices_.bridge(id);
  const topology::Bridge& bridge = topology_.bridge(id);
  step(CreateBridge{node, state::Link{.name = device.name,
                                      .kind = state::LinkKind::Bridge,
                                      .index = device.index,
                                      .mac = device.mac,
                                      .up = true,
                                      .bridge = bridge_options(bridge)}},
       fmt::format("{} has bridge {}", topology_.node(node).name, bridge.name));
}

void Planner::create_veth(NodeId node, LinkId id) {
  const topology::Link& link = topology_.link(id);
  const std::size_t near = near_end(link);
  const auto end = [&](std::size_t which) {
    const Device& device = devices_.end(id, which);
    return state::Link{
        .name = device.name, .index = device.index, .mac = device.mac, .mtu = device.mtu};
  };
  CreateVeth veth{node, end(near), link.ends[1 - near].node, end(1 - near)};
  veth.link->up = true;
  veth.carried = is_carried(id);
  if (link.ends[near].bridge) veth.link->master = devices_.bridge(*link.ends[near].bridge).name;
  step(std::move(veth), because_of(topology_, link));
}

bool Planner::is_carried(LinkId id) const {
  const auto& ends = topology_.link(id).ends;
  return std::ranges::find(options_.carried, id) != options_.carried.end() ||
         std::ranges::any_of(ends, [](const Endpoint& end) { return end.impairment.has_value(); });
}

void Planner::impair(NodeId node) {
  for (const LinkId id : topology_.links_of(node)) {
    const topology::Link& link = topology_.link(id);
    for (const Endpoint& end : link.ends) {
      if (end.node != node || !end.impairment) continue;
      step(Impair{node, end.interface, *end.impairment}, stated(link.where));
    }
  }
}

void Planner::configure(NodeId node) {
  set_patience(node);
  set_interface_sysctls(node);
  step(SetLink{.node = node, .interface = "lo", .up = true}, "a node reaches itself over it");
  for (const LinkId id : topology_.links_of(node)) {
    const topology::Link& link = topology_.link(id);
    const std::size_t near = near_end(link);
    if (link.ends[1 - near].node == node) bring_up(node, id, 1 - near);
    for (const std::size_t which : {near, 1 - near}) {
      if (link.ends[which].node == node) set_port_options(node, id, which);
    }
  }
  for (const BridgeId id : topology_.bridges_of(node)) {
    const topology::Bridge& bridge = topology_.bridge(id);
    if (!bridge.mtu) continue;
    // After its ports: until it is set, each port changes it.
    step(SetLink{.node = node, .interface = bridge.name, .mtu = devices_.bridge(id).mtu},
         stated(bridge.where));
  }
  add_addresses(node);
  add_routes(node);
  add_policy_rules(node);
  add_neighbors(node);
}

void Planner::set_interface_sysctls(NodeId node) {
  for (const auto& sysctl : topology_.node(node).sysctls) {
    if (interface_of_sysctl(sysctl.value.name).empty()) continue;
    step(SetSysctl{node, sysctl.value}, stated(sysctl.where));
  }
  if (answers_for_others(topology_.node(node))) hurry_proxies(node);
}

// The kernel waits for up to 0.8 s, drawn at random, before it answers for another.
void Planner::hurry_proxies(NodeId node) {
  for (const topology::Interface& interface : topology::interfaces_of(topology_, node)) {
    if (interface.kind == topology::Interface::Kind::Loopback) continue;
    std::string name = fmt::format("net/ipv4/neigh/{}/proxy_delay", interface.name);
    if (is_stated(topology_.node(node), name)) continue;
    step(SetSysctl{node, {std::move(name), "0"}, false},
         "who answers ARP for others does so at once");
  }
}

// One request, and 20 ms for the answer, which on a veth is there before the request returns.
void Planner::set_patience(NodeId node) {
  if (std::ranges::find(options_.impatient, node) == options_.impatient.end()) return;
  for (const topology::Interface& interface : topology::interfaces_of(topology_, node)) {
    if (interface.kind == topology::Interface::Kind::Loopback) continue;
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      if (topology::uses_family(topology_, family)) set_patience(node, family, interface.name);
    }
  }
}

void Planner::set_patience(NodeId node, Family family, const std::string& interface) {
  // Kept in jiffies: 20 ms are whole ones at 100, 250, 300 and 1000 Hz, and read back so.
  for (const auto& [what, value] : {std::pair{"retrans_time_ms", "20"}, {"mcast_solicit", "1"}}) {
    std::string name = fmt::format("net/{}/neigh/{}/{}", to_string(family), interface, what);
    if (is_stated(topology_.node(node), name)) continue;
    step(SetSysctl{node, {std::move(name), value}, false},
         "a neighbour that is missing is known to be so at once");
  }
}

void Planner::bring_up(NodeId node, LinkId id, std::size_t which) {
  const Endpoint& end = topology_.link(id).ends[which];
  SetLink set{.node = node, .interface = end.interface, .up = true};
  if (end.bridge) set.master = devices_.bridge(*end.bridge).name;
  step(std::move(set), because_of(topology_, topology_.link(id)));
}

void Planner::set_port_options(NodeId node, LinkId id, std::size_t which) {
  const Endpoint& end = topology_.link(id).ends[which];
  const state::PortOptions options = port_options(end.port);
  if (!end.bridge || options == state::PortOptions{}) return;
  step(SetLink{.node = node, .interface = end.interface, .port = options}, stated(end.where));
}

void Planner::add_addresses(NodeId id) {
  const auto add = [&](const std::string& interface, const topology::Addresses& addresses) {
    for (const auto& [address, where] : addresses) {
      step(AddAddress{id,
                      {.interface = interface,
                       .address = address,
                       .no_dad = address.family() == Family::Ipv6}},
           stated(where));
    }
  };
  add("lo", topology_.node(id).loopback);
  for (const BridgeId bridge : topology_.bridges_of(id)) {
    add(topology_.bridge(bridge).name, topology_.bridge(bridge).addresses);
  }
  for (const LinkId link : topology_.links_of(id)) {
    for (const Endpoint& end : topology_.link(link).ends) {
      if (end.node == id) add(end.interface, end.addresses);
    }
  }
}

void Planner::add_routes(NodeId id) {
  for (const auto& [route, where] : topology_.node(id).routes) {
    auto complete = with_interfaces(route, topology_, id, neighborhood_);
    if (complete) {
      step(AddRoute{id, std::move(*complete)}, stated(where));
    } else {
      issues_.push_back(make_issue(where, complete.error()));
    }
  }
}

void Planner::add_policy_rules(NodeId id) {
  for (const auto& [rule, where] : topology_.node(id).policy_rules) {
    step(AddPolicyRule{id, rule}, stated(where));
  }
}

void Planner::add_neighbors(NodeId id) {
  const topology::Node& node = topology_.node(id);
  for (const auto& [neighbor, where] : node.neighbors) {
    if (!neighbor.mac) {
      issues_.push_back(make_issue(
          where, fmt::format("{} of {} has no MAC address", state::describe(neighbor), node.name)));
      continue;
    }
    step(AddNeighbor{id, neighbor}, stated(where));
  }
  for (const NeighborEntry& entry : entries_.of(id)) {
    step(AddNeighbor{id, entry.neighbor}, entry.reason);
  }
}

void Planner::load_rules(NodeId id) {
  std::ranges::move(rule_steps(id, topology_.node(id)), std::back_inserter(plan_.steps));
}

// Last: by then all links are up.
void Planner::add_bridge_entries() {
  std::ranges::move(bridge_entry_steps(topology_, devices_, entries_, options_),
                    std::back_inserter(plan_.steps));
}

}  // namespace

std::expected<Plan, Issues> make_plan(const Topology& topology, const PlanOptions& options) {
  return Planner(topology, options).run();
}

}  // namespace topoproof::plan
