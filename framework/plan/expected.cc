// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "base/check.hh"
#include "plan/pins.hh"
#include "plan/plan.hh"

namespace topoproof::plan {
namespace {

state::Link& link_named(state::Namespace& ns, const std::string& name) {
  const auto found = std::ranges::find(ns.links, name, &state::Link::name);
  TOPOPROOF_CHECK(found != ns.links.end(), "a plan sets links that it has made");
  return *found;
}

template <class T>
void erase_value(std::vector<T>& values, const T& value) {
  std::erase(values, value);
}

// A bridge has the smallest MTU of its ports, until somebody sets it.
void adjust_bridge_mtu(state::Namespace& ns, const std::string& bridge) {
  std::optional<std::uint32_t> smallest;
  for (const state::Link& link : ns.links) {
    if (link.master == bridge) smallest = std::min(smallest.value_or(link.mtu), link.mtu);
  }
  if (smallest) link_named(ns, bridge).mtu = *smallest;
}

void attach(state::Namespace& ns, state::Link& link, const std::string& bridge) {
  link.master = bridge;
  if (!link.port) link.port = state::PortOptions{};
  adjust_bridge_mtu(ns, bridge);
}

bool leaves_by(const state::Route& route, const std::string& interface) {
  return route.interface == interface ||
         std::ranges::any_of(route.next_hops,
                             [&](const state::NextHop& hop) { return hop.interface == interface; });
}

// Taking an interface down costs it its routes, its neighbours (permanent ones too) and its IPv6
// addresses; IPv4 addresses stay. Nothing of this comes back by itself.
void take_down(state::Namespace& ns, const std::string& interface) {
  std::erase_if(ns.routes, [&](const state::Route& r) { return leaves_by(r, interface); });
  std::erase_if(ns.neighbors, [&](const state::Neighbor& n) { return n.interface == interface; });
  std::erase_if(ns.addresses, [&](const state::Address& a) {
    return a.interface == interface && a.address.family() == Family::Ipv6;
  });
}

// A bridge that loses its last port keeps its MTU; its ports, if it goes, are ports no more.
void erase_link(state::Namespace& ns, const std::string& interface) {
  take_down(ns, interface);
  std::erase_if(ns.addresses, [&](const state::Address& a) { return a.interface == interface; });
  const auto master = link_named(ns, interface).master;
  std::erase_if(ns.links, [&](const state::Link& link) { return link.name == interface; });
  for (state::Link& link : ns.links) {
    if (link.master != interface) continue;
    link.master.reset();
    link.port.reset();
  }
  if (master) adjust_bridge_mtu(ns, *master);
}

// inet_forward_change: the switch of all is written to every interface's, and to those to come.
void reset_forwarding(std::vector<state::Sysctl>& sysctls, const SharedText& value) {
  for (state::Sysctl& sysctl : sysctls) {
    const std::string_view name = sysctl.name;
    const bool is_of_ipv4 =
        name.starts_with("net.ipv4.conf.") || name.starts_with("net/ipv4/conf/");
    const bool forwards = name.ends_with(".forwarding") || name.ends_with("/forwarding");
    if (is_of_ipv4 && forwards) sysctl.value = value;
  }
}

struct Foresight {
  States& states;

  state::Namespace& of(NodeId node) const { return states[node.index()]; }

  void operator()(const CreateNamespace& op) const {
    of(op.node).links.push_back(state::make_loopback(false));
  }
  void operator()(const SetSysctl& op) const {
    auto& sysctls = of(op.node).sysctls;
    const auto found = std::ranges::find_if(
        sysctls, [&](const state::Sysctl& s) { return is_same_sysctl(s.name, op.sysctl.name); });
    const bool changes = found == sysctls.end() || found->value != op.sysctl.value;
    if (found == sysctls.end()) {
      sysctls.push_back(op.sysctl);
    } else {
      found->value = op.sysctl.value;
    }
    if (changes && is_forwarding_of_ipv4(op.sysctl.name))
      reset_forwarding(sysctls, op.sysctl.value);
  }
  void operator()(const CreateBridge& op) const { of(op.node).links.push_back(op.link); }
  void operator()(const CreateVeth& op) const {
    of(op.node).links.push_back(op.link);
    state::Link& near = of(op.node).links.back();
    near.peer_index = op.peer->index;
    if (near.master) attach(of(op.node), near, std::string(*near.master));
    of(op.peer_node).links.push_back(*op.peer);
    of(op.peer_node).links.back().peer_index = op.link->index;
  }
  void operator()(const DeleteLink& op) const {
    state::Namespace& ns = of(op.node);
    const auto peer = link_named(ns, op.interface).peer_index;
    erase_link(ns, op.interface);
    if (!peer) return;
    for (state::Namespace& other : states) {
      const auto far = std::ranges::find(other.links, peer, &state::Link::index);
      if (far != other.links.end()) return erase_link(other, std::string(far->name));
    }
  }
  void operator()(const SetLink& op) const {
    state::Namespace& ns = of(op.node);
    state::Link& link = link_named(ns, op.interface);
    if (op.mtu) link.mtu = *op.mtu;
    if (op.master) attach(ns, link, *op.master);
    if (op.port) link.port = *op.port;
    if (link.up && op.up == false) take_down(ns, op.interface);
    link.up = op.up.value_or(link.up);
  }
  // No part of state::Namespace.
  void operator()(const Impair&) const {}
  void operator()(const AddAddress& op) const { of(op.node).addresses.push_back(op.address); }
  void operator()(const DeleteAddress& op) const { erase_value(of(op.node).addresses, op.address); }
  void operator()(const AddRoute& op) const { of(op.node).routes.push_back(op.route); }
  void operator()(const DeleteRoute& op) const {
    std::erase_if(of(op.node).routes,
                  [&](const state::Route& route) { return is_meant_by(route, op.route); });
  }
  void operator()(const AddPolicyRule& op) const { of(op.node).rules.push_back(op.rule); }
  void operator()(const DeletePolicyRule& op) const { erase_value(of(op.node).rules, *op.rule); }
  void operator()(const AddNeighbor& op) const { of(op.node).neighbors.push_back(op.neighbor); }
  void operator()(const DeleteNeighbor& op) const {
    erase_value(of(op.node).neighbors, op.neighbor);
  }
  // Bridge entries are not part of state::Namespace: those that are learned come and go.
  void operator()(const AddBridgeEntry&) const {}
  // Rules are not part of state::Namespace.
  void operator()(const LoadRuleset&) const {}
  void operator()(const LoadRulesText&) const {}
  void operator()(const FlushRuleset&) const {}
};

}  // namespace

void foresee(const Operation& operation, States& states) {
  std::visit(Foresight{states}, operation);
}

States expected(const Plan& plan) {
  States states(plan.nodes.size());
  for (const Step& step : plan.steps) foresee(step.operation, states);
  return states;
}

}  // namespace topoproof::plan
