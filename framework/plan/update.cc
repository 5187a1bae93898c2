// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/update.hh"

#include <algorithm>
#include <iterator>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "plan/dependence.hh"
#include "plan/identities.hh"
#include "plan/pins.hh"

namespace topoproof::plan {
namespace {

constexpr const char* kGone = "the new topology does not have it";

bool is_rules(const Operation& op) {
  return std::holds_alternative<LoadRuleset>(op) || std::holds_alternative<LoadRulesText>(op) ||
         std::holds_alternative<FlushRuleset>(op);
}

// The steps of one node, in order. A link's stand with both of its ends.
using NodeSteps = std::vector<const Step*>;

std::vector<NodeSteps> by_node(const Plan& plan, std::size_t count) {
  std::vector<NodeSteps> nodes(count);
  for (const Step& step : plan.steps) {
    nodes[node_of(step.operation).index()].push_back(&step);
    const auto* veth = std::get_if<CreateVeth>(&step.operation);
    if (veth != nullptr && veth->peer_node != veth->node) {
      nodes[veth->peer_node.index()].push_back(&step);
    }
  }
  return nodes;
}

std::optional<Family> family_on_interface(const Operation& op) {
  if (const auto* add = std::get_if<AddAddress>(&op)) return add->address.address.family();
  if (const auto* add = std::get_if<AddRoute>(&op)) return add->route->family();
  if (const auto* add = std::get_if<AddNeighbor>(&op)) return add->neighbor.address.family();
  return std::nullopt;
}

bool does_the_same(const Step* a, const Step* b) { return a->operation == b->operation; }

struct ByOperation {
  bool operator()(const Step* a, const Step* b) const { return a->operation < b->operation; }
};
using StepSet = std::set<const Step*, ByOperation>;

bool begins_with(const std::vector<std::string>& nodes, const std::vector<std::string>& first) {
  return first.size() <= nodes.size() &&
         std::ranges::equal(first, nodes | std::views::take(first.size()));
}

// What stands alone: neither to do it nor to undo it takes or brings anything else.
bool stands_alone(const Step* step) {
  return std::holds_alternative<AddNeighbor>(step->operation) ||
         std::holds_alternative<AddRoute>(step->operation) ||
         std::holds_alternative<AddBridgeEntry>(step->operation);
}

// Where two lists differ, between what they begin and end with alike.
struct Differing {
  std::span<const Step* const> before;
  std::span<const Step* const> after;
};
Differing differing(const NodeSteps& before, const NodeSteps& after) {
  const auto [a, b] = std::ranges::mismatch(before, after, does_the_same);
  const auto [x, y] = std::ranges::mismatch(
      std::make_reverse_iterator(before.end()), std::make_reverse_iterator(a),
      std::make_reverse_iterator(after.end()), std::make_reverse_iterator(b), does_the_same);
  return {{a, x.base()}, {b, y.base()}};
}

class Updater {
 public:
  // The numbers of nodes are those of the new plan. Plans of large networks are not copied.
  Updater(const Plan& before, Plan after)
      : nodes_(all_nodes(before, after)),
        renumbered_(begins_with(nodes_, before.nodes) ? std::nullopt
                                                      : std::optional(renumbered(before, nodes_))),
        before_(renumbered_ ? *renumbered_ : before),
        remaining_(after.nodes.size()),
        after_(with_identities_of(before_, std::move(after))),
        old_steps_(by_node(before_, nodes_.size())),
        new_steps_(by_node(after_, nodes_.size())) {}

  Update run() {
    find_changed_nodes();
    find_what_is_lost();
    for (const Step* step : std::views::reverse(changed_before_)) {
      if (!is_lost(*step) && is_undone(*step)) undo(*step);
    }
    delete_links();
    add_missing();
    Update update{.nodes = std::move(nodes_),
                  .remaining = remaining_,
                  .steps = std::move(steps_),
                  .plan = {},
                  .notes = std::move(notes_)};
    update.plan = std::move(after_);
    return update;
  }

 private:
  bool remains(NodeId node) const { return node.index() < remaining_; }

  // Most nodes of a large network stay as they are: to see that takes one look at each step. Of one
  // with a thousand links mostly a few steps are others, which leave the rest alone.
  void find_changed_nodes() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const Differing parts = differing(old_steps_[i], new_steps_[i]);
      if (parts.before.empty() && parts.after.empty()) continue;
      if (remains(NodeId(i)) && std::ranges::all_of(parts.before, stands_alone) &&
          std::ranges::all_of(parts.after, stands_alone)) {
        note(parts.before, parts.after);
        continue;
      }
      add_changed(NodeId(i));
      compare_rules(NodeId(i), rules_of(old_steps_[i]), rules_of(new_steps_[i]));
    }
  }

  void add_changed(NodeId node) {
    if (changed_.insert(node).second) note(old_steps_[node.index()], new_steps_[node.index()]);
  }

  void note(std::span<const Step* const> before, std::span<const Step* const> after) {
    changed_before_.insert(before.begin(), before.end());
    changed_after_.insert(after.begin(), after.end());
    wanted_.insert(after.begin(), after.end());
  }

  void compare_rules(NodeId node, const NodeSteps& old_rules, const NodeSteps& new_rules) {
    if (std::ranges::equal(old_rules, new_rules, does_the_same)) return;
    new_rules_.insert(node);
    if (!old_rules.empty()) to_flush_.insert(node);
  }

  static NodeSteps rules_of(const NodeSteps& steps) {
    NodeSteps rules;
    std::ranges::copy_if(steps, std::back_inserter(rules),
                         [](const Step* step) { return is_rules(step->operation); });
    return rules;
  }

  void find_what_is_lost() {
    for (const Step* step : changed_before_) {
      if (wanted_.contains(step)) continue;
      lost_.note_removed(step->operation);
      if (const auto* add = std::get_if<AddAddress>(&step->operation)) {
        readdressed_.insert({{add->node, add->address.interface}, add->address.address.family()});
      }
    }
    lost_.spread(before_);
    for (const InterfaceName& name : lost_.names()) add_changed(name.node);
  }

  // To take an address away may take more with it: secondary addresses, and with the last one of an
  // interface its routes and neighbours (fib_disable_ip). So all of them are taken and given anew.
  bool is_readdressed(const Operation& op) const {
    const auto family = family_on_interface(op);
    return family && any_interface(op, [&](const InterfaceName& name) {
             return readdressed_.contains({name, *family});
           });
  }
  bool is_undone(const Step& step) const {
    return !wanted_.contains(&step) || is_readdressed(step.operation);
  }

  bool is_lost(const Step& step) const {
    return !remains(node_of(step.operation)) || lost_.is_lost(step.operation);
  }

  void step(Operation operation, std::string reason) {
    steps_.push_back({std::move(operation), std::move(reason)});
  }

  // Takes back what one step did, where nothing that goes takes it along.
  void undo(const Step& old) { std::visit(Undo{*this}, old.operation); }

  struct Undo {
    Updater& self;
    void operator()(const AddAddress& op) const {
      self.step(DeleteAddress{op.node, op.address}, kGone);
    }
    void operator()(const AddRoute& op) const { self.step(DeleteRoute{op.node, op.route}, kGone); }
    void operator()(const AddPolicyRule& op) const {
      self.step(DeletePolicyRule{op.node, op.rule}, kGone);
    }
    void operator()(const AddNeighbor& op) const {
      self.step(DeleteNeighbor{op.node, op.neighbor}, kGone);
    }
    void operator()(const SetLink& op) const {
      if (!op.port) return;
      self.step(SetLink{.node = op.node, .interface = op.interface, .port = state::PortOptions{}},
                kGone);
    }
    void operator()(const Impair& op) const {
      if (!self.impairs_again(op))
        self.step(Impair{op.node, op.interface, impair::Impairment{}}, kGone);
    }
    void operator()(const SetSysctl& op) const {
      if (op.where_present || self.sets_again(op)) return;
      self.notes_.push_back(fmt::format("{} of {} stays as it is: nobody says what it was before",
                                        op.sysctl.name, self.nodes_[op.node.index()]));
    }
    void operator()(const auto&) const {}  // goes with its interface; entries of bridges age
  };

  bool sets_again(const SetSysctl& old) const {
    return std::ranges::any_of(changed_after_, [&](const Step* step) {
      const auto* set = std::get_if<SetSysctl>(&step->operation);
      return set != nullptr && set->node == old.node &&
             is_same_sysctl(set->sysctl.name, old.sysctl.name);
    });
  }

  bool impairs_again(const Impair& old) const {
    return std::ranges::any_of(changed_after_, [&](const Step* step) {
      const auto* now = std::get_if<Impair>(&step->operation);
      return now != nullptr && now->node == old.node && now->interface == old.interface;
    });
  }

  // One end takes the other along. Links between nodes that both go are let go with them.
  void delete_links() {
    for (const Step* old : changed_before_) {
      if (!lost_.is_lost(old->operation)) continue;
      if (const auto* bridge = std::get_if<CreateBridge>(&old->operation)) {
        if (remains(bridge->node)) step(DeleteLink{bridge->node, bridge->link->name}, kGone);
      }
      const auto* veth = std::get_if<CreateVeth>(&old->operation);
      if (veth == nullptr) continue;
      if (remains(veth->node)) {
        step(DeleteLink{veth->node, veth->link->name}, kGone);
      } else if (remains(veth->peer_node)) {
        step(DeleteLink{veth->peer_node, veth->peer->name}, kGone);
      }
    }
  }

  // The steps whose effect is there already. Writing ip_forward resets other sysctls
  // (inet_forward_change): then all of the node's are set again.
  StepSet kept_steps() const {
    StepSet kept;
    for (const Step* step : changed_before_) {
      if (!is_lost(*step) && !is_readdressed(step->operation)) kept.insert(step);
    }
    std::set<NodeId> repinned;
    for (const Step* step : changed_after_) {
      const auto* set = std::get_if<SetSysctl>(&step->operation);
      if (set == nullptr) continue;
      const bool switches = is_forwarding_of_ipv4(set->sysctl.name);
      if (switches && !kept.contains(step)) repinned.insert(set->node);
      if (repinned.contains(set->node)) kept.erase(step);
    }
    return kept;
  }

  void add_missing() {
    const StepSet kept = kept_steps();
    for (const NodeId node : to_flush_) {
      if (remains(node)) step(FlushRuleset{node}, "its rules are others now");
    }
    for (const Step* step : changed_after_) {
      const bool is_new = is_rules(step->operation) ? new_rules_.contains(node_of(step->operation))
                                                    : !kept.contains(step);
      if (is_new) steps_.push_back(*step);
    }
  }

  std::vector<std::string> nodes_;
  std::optional<Plan> renumbered_;
  const Plan& before_;
  std::size_t remaining_;
  Plan after_;
  std::vector<NodeSteps> old_steps_;
  std::vector<NodeSteps> new_steps_;
  std::set<NodeId> changed_;
  std::set<const Step*> changed_before_;  // in their order: steps of a plan stand side by side
  std::set<const Step*> changed_after_;
  StepSet wanted_;  // of changed_after_
  LostInterfaces lost_;
  std::set<NodeId> new_rules_;
  std::set<NodeId> to_flush_;
  std::set<std::pair<InterfaceName, Family>> readdressed_;
  std::vector<Step> steps_;
  std::vector<std::string> notes_;
};

bool takes_away(const Operation& op) {
  return std::holds_alternative<DeleteLink>(op) || std::holds_alternative<DeleteAddress>(op) ||
         std::holds_alternative<DeleteRoute>(op) || std::holds_alternative<DeleteNeighbor>(op) ||
         std::holds_alternative<DeletePolicyRule>(op) || std::holds_alternative<FlushRuleset>(op);
}

}  // namespace

Update make_update(const Plan& before, Plan after) {
  return Updater(before, std::move(after)).run();
}

std::string to_string(const Update& update) {
  std::string text;
  for (const Step& step : update.steps) {
    text += fmt::format("{} {}\n", takes_away(step.operation) ? '-' : '+',
                        describe(step.operation, update.nodes));
  }
  for (std::size_t i = update.remaining; i < update.nodes.size(); ++i) {
    text += fmt::format("- let go namespace {}\n", update.nodes[i]);
  }
  for (const std::string& note : update.notes) text += fmt::format("  {}\n", note);
  return text;
}

}  // namespace topoproof::plan
