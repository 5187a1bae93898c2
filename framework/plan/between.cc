// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/between.hh"

#include <algorithm>

#include "plan/dependence.hh"
#include "plan/identities.hh"
#include "plan/pins.hh"

namespace topoproof::plan {
namespace {

class Follower {
 public:
  explicit Follower(std::vector<Step>& steps) : steps_(steps) {}

  void follow(const Step& step) {
    std::visit(*this, step.operation);
    if (adds_) steps_.push_back(step);
    adds_ = true;
  }

  void operator()(const DeleteLink& op) {
    LostInterfaces lost;
    for (const Step& step : steps_) {
      const bool is_made = std::holds_alternative<CreateBridge>(step.operation) ||
                           std::holds_alternative<CreateVeth>(step.operation);
      if (is_made && concerns(step.operation, {op.node, op.interface})) {
        lost.note_removed(step.operation);
      }
    }
    for (Step& step : steps_) free_from_bridge(step.operation, op);
    erase([&](const Operation& old) { return lost.is_lost(old); });
    adds_ = false;
  }
  void operator()(const DeleteAddress& op) { undo(AddAddress{op.node, op.address}); }
  void operator()(const DeleteRoute& op) { undo(AddRoute{op.node, op.route}); }
  void operator()(const DeletePolicyRule& op) { undo(AddPolicyRule{op.node, op.rule}); }
  void operator()(const DeleteNeighbor& op) { undo(AddNeighbor{op.node, op.neighbor}); }
  void operator()(const FlushRuleset& op) {
    erase([&](const Operation& old) {
      const bool is_rules =
          std::holds_alternative<LoadRuleset>(old) || std::holds_alternative<LoadRulesText>(old);
      return is_rules && node_of(old) == op.node;
    });
    adds_ = false;
  }
  void operator()(const Impair& op) {
    erase([&](const Operation& old) {
      const auto* same = std::get_if<Impair>(&old);
      return same != nullptr && same->node == op.node && same->interface == op.interface;
    });
    adds_ = *op.impairment != impair::Impairment{};
  }
  // Of a port, options are taken back by giving those that it had at first.
  void operator()(const SetLink& op) {
    adds_ = op.port != state::PortOptions{};
    if (!op.port) return;
    for (Step& step : steps_) {
      auto* old = std::get_if<SetLink>(&step.operation);
      const bool is_same = old != nullptr && old->node == op.node && old->interface == op.interface;
      if (is_same) old->port.reset();
    }
  }
  void operator()(const SetSysctl& op) {
    erase([&](const Operation& old) {
      const auto* same = std::get_if<SetSysctl>(&old);
      return same != nullptr && same->node == op.node &&
             is_same_sysctl(same->sysctl.name, op.sysctl.name);
    });
  }
  void operator()(const auto& op) {
    erase([&](const Operation& old) { return old == Operation(op); });
  }

 private:
  static bool concerns(const Operation& operation, const InterfaceName& meant) {
    return any_interface(operation, [&](const InterfaceName& name) { return name == meant; });
  }

  // The ports of a bridge outlast it.
  static void free_from_bridge(Operation& operation, const DeleteLink& bridge) {
    if (auto* set = std::get_if<SetLink>(&operation);
        set != nullptr && set->node == bridge.node && set->master == bridge.interface) {
      set->master.reset();
    }
    if (auto* veth = std::get_if<CreateVeth>(&operation);
        veth != nullptr && veth->node == bridge.node && veth->link->master == bridge.interface) {
      veth->link->master.reset();
    }
  }

  void undo(const Operation& added) {
    erase([&](const Operation& old) { return old == added; });
    adds_ = false;
  }

  template <class F>
  void erase(F is_gone) {
    std::erase_if(steps_, [&](const Step& step) { return is_gone(step.operation); });
  }

  std::vector<Step>& steps_;
  bool adds_ = true;
};

}  // namespace

Plan plan_between(const Plan& before, const std::vector<std::string>& nodes,
                  std::span<const Step> done) {
  Plan plan = renumbered(before, nodes);
  Follower follower(plan.steps);
  for (const Step& step : done) follower.follow(step);
  return plan;
}

}  // namespace topoproof::plan
