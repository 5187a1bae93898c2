// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/fake_executor.hh"

#include <algorithm>
#include <cerrno>

#include "sys/error.hh"

namespace topoproof::lab {
namespace {

using state::Link;
using state::Namespace;

const Link* find_link(const Namespace& ns, const std::string& name) {
  const auto found = std::ranges::find(ns.links, name, &Link::name);
  return found == ns.links.end() ? nullptr : &*found;
}

// A namespace exists once it has a loopback.
bool exists(const Namespace& ns) { return find_link(ns, "lo") != nullptr; }

int why_not_new(const Namespace& ns, const Link& link) {
  const bool taken = std::ranges::any_of(ns.links, [&](const Link& other) {
    return other.name == link.name || other.index == link.index;
  });
  if (!exists(ns) || taken) return exists(ns) ? EEXIST : ENOENT;
  if (!link.master) return 0;
  const Link* master = find_link(ns, *link.master);
  return master != nullptr && master->kind == state::LinkKind::Bridge ? 0 : ENODEV;
}

bool is_reachable(const Namespace& ns, const IpAddress& gateway, const std::string& interface) {
  return std::ranges::any_of(ns.addresses, [&](const state::Address& address) {
    return address.interface == interface && address.address.network().contains(gateway);
  });
}

int why_no_way(const Namespace& ns, const std::optional<IpAddress>& gateway,
               const std::optional<std::string>& interface, bool on_link) {
  if (!interface) return gateway ? ENETUNREACH : 0;
  const Link* link = find_link(ns, *interface);
  if (link == nullptr) return ENODEV;
  if (!link->up) return ENETDOWN;
  return !gateway || on_link || is_reachable(ns, *gateway, *interface) ? 0 : ENETUNREACH;
}

// The errno with which the kernel refuses an operation, or 0. One overload each.
struct Refusal {
  const plan::States& states;

  const Namespace& of(NodeId node) const { return states[node.index()]; }
  int needs_link(NodeId node, const std::string& interface) const {
    return find_link(of(node), interface) != nullptr ? 0 : ENODEV;
  }

  bool is_peer_up(const Link& link) const {
    return std::ranges::any_of(states, [&](const Namespace& ns) {
      return std::ranges::any_of(
          ns.links, [&](const Link& other) { return other.index == link.peer_index && other.up; });
    });
  }

  int operator()(const plan::CreateNamespace& op) const { return exists(of(op.node)) ? EEXIST : 0; }
  int operator()(const plan::SetSysctl& op) const { return exists(of(op.node)) ? 0 : ENOENT; }
  int operator()(const plan::CreateBridge& op) const { return why_not_new(of(op.node), op.link); }
  int operator()(const plan::CreateVeth& op) const {
    if (op.peer->up) return ENOTCONN;  // its peer does not exist yet
    if (const int error = why_not_new(of(op.node), op.link)) return error;
    return why_not_new(of(op.peer_node), *op.peer);
  }
  int operator()(const plan::DeleteLink& op) const { return needs_link(op.node, op.interface); }
  int operator()(const plan::SetLink& op) const {
    if (op.master && find_link(of(op.node), *op.master) == nullptr) return ENODEV;
    return needs_link(op.node, op.interface);
  }
  int operator()(const plan::Impair& op) const { return needs_link(op.node, op.interface); }
  int operator()(const plan::AddAddress& op) const {
    const bool taken = std::ranges::count(of(op.node).addresses, op.address) != 0;
    return taken ? EEXIST : needs_link(op.node, op.address.interface);
  }
  int operator()(const plan::DeleteAddress& op) const {
    return std::ranges::count(of(op.node).addresses, op.address) != 0 ? 0 : EADDRNOTAVAIL;
  }
  int operator()(const plan::AddRoute& op) const {
    const state::Route& route = op.route;
    const auto is_same = [&](const state::Route& other) {
      return other.table == route.table && other.destination == route.destination &&
             other.metric == route.metric;
    };
    if (std::ranges::any_of(of(op.node).routes, is_same)) return EEXIST;
    int error = why_no_way(of(op.node), route.gateway, route.interface, route.on_link);
    for (const state::NextHop& hop : route.next_hops) {
      if (error == 0) error = why_no_way(of(op.node), hop.gateway, hop.interface, route.on_link);
    }
    return error;
  }
  int operator()(const plan::DeleteRoute& op) const {
    return std::ranges::count(of(op.node).routes, *op.route) != 0 ? 0 : ESRCH;
  }
  int operator()(const plan::AddPolicyRule& op) const {
    if (!exists(of(op.node))) return ENOENT;
    return std::ranges::count(of(op.node).rules, *op.rule) != 0 ? EEXIST : 0;
  }
  int operator()(const plan::DeletePolicyRule& op) const {
    return std::ranges::count(of(op.node).rules, *op.rule) != 0 ? 0 : ENOENT;
  }
  int operator()(const plan::AddNeighbor& op) const {
    return needs_link(op.node, op.neighbor.interface);
  }
  int operator()(const plan::DeleteNeighbor& op) const {
    return std::ranges::count(of(op.node).neighbors, op.neighbor) != 0 ? 0 : ENOENT;
  }
  int operator()(const plan::AddBridgeEntry& op) const {
    const Link* port = find_link(of(op.node), op.entry.port);
    if (port == nullptr || !port->master) return port == nullptr ? ENODEV : EOPNOTSUPP;
    return port->up && is_peer_up(*port) ? 0 : EPERM;
  }
  int operator()(const plan::LoadRuleset& op) const { return exists(of(op.node)) ? 0 : ENOENT; }
  int operator()(const plan::LoadRulesText& op) const { return exists(of(op.node)) ? 0 : ENOENT; }
  int operator()(const plan::FlushRuleset& op) const { return exists(of(op.node)) ? 0 : ENOENT; }
};

}  // namespace

void FakeExecutor::execute(const plan::Step& step) {
  if (const int error = std::visit(Refusal{states_}, step.operation)) {
    throw sys::SystemError(error, plan::describe(step, names_));
  }
  plan::foresee(step.operation, states_);
}

}  // namespace topoproof::lab
