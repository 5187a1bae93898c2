// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/dependence.hh"

#include <algorithm>

#include "plan/pins.hh"

namespace topoproof::plan {
namespace {

struct AnyInterface {
  const std::function<bool(const InterfaceName&)>& f;

  bool operator()(const CreateBridge& op) const { return f({op.node, op.link->name}); }
  bool operator()(const CreateVeth& op) const {
    return f({op.node, op.link->name}) || f({op.peer_node, op.peer->name});
  }
  bool operator()(const SetLink& op) const { return f({op.node, op.interface}); }
  bool operator()(const Impair& op) const { return f({op.node, op.interface}); }
  bool operator()(const AddAddress& op) const { return f({op.node, op.address.interface}); }
  bool operator()(const AddRoute& op) const {
    const auto leaves = [&](const state::NextHop& hop) {
      return hop.interface && f({op.node, *hop.interface});
    };
    return (op.route->interface && f({op.node, *op.route->interface})) ||
           std::ranges::any_of(op.route->next_hops, leaves);
  }
  bool operator()(const AddNeighbor& op) const { return f({op.node, op.neighbor.interface}); }
  bool operator()(const AddBridgeEntry& op) const { return f({op.node, op.entry.port}); }
  bool operator()(const SetSysctl& op) const {
    const std::string interface = interface_of_sysctl(op.sysctl.name);
    return !interface.empty() && f({op.node, interface});
  }
  bool operator()(const auto&) const { return false; }
};

}  // namespace

bool any_interface(const Operation& operation, const std::function<bool(const InterfaceName&)>& f) {
  return std::visit(AnyInterface{f}, operation);
}

void LostInterfaces::note_removed(const Operation& operation) {
  const auto* set = std::get_if<SetLink>(&operation);
  const bool leaves_bridge = set != nullptr && set->master;
  const bool is_made = std::holds_alternative<CreateBridge>(operation) ||
                       std::holds_alternative<CreateVeth>(operation);
  if (!leaves_bridge && !is_made) return;
  any_interface(operation, [&](const InterfaceName& name) {
    lost_.insert(name);
    return false;  // all of them
  });
}

bool LostInterfaces::is_lost(const Operation& operation) const {
  if (lost_.empty()) return false;
  return any_interface(operation, [&](const InterfaceName& name) { return lost_.contains(name); });
}

// RETURNS: whether more are lost than before.
bool LostInterfaces::spread(const Operation& operation) {
  const auto size = lost_.size();
  if (const auto* set = std::get_if<SetLink>(&operation); set != nullptr && set->master) {
    if (lost_.contains({set->node, *set->master})) lost_.insert({set->node, set->interface});
  }
  if (const auto* veth = std::get_if<CreateVeth>(&operation)) {
    const bool loses_bridge =
        veth->link->master && lost_.contains({veth->node, *veth->link->master});
    if (loses_bridge || is_lost(operation)) {
      lost_.insert({veth->node, veth->link->name});
      lost_.insert({veth->peer_node, veth->peer->name});
    }
  }
  return lost_.size() != size;
}

void LostInterfaces::spread(const Plan& plan) {
  bool any = !lost_.empty();
  while (any) {
    any = false;
    for (const Step& step : plan.steps) any |= spread(step.operation);
  }
}

}  // namespace topoproof::plan
