// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/operation.hh"

#include <fmt/format.h>

namespace topoproof::plan {
namespace {

// The phrase for each operation. One overload each, so that a new operation does not compile
// until it can be said.
struct Describer {
  std::span<const std::string> names;

  const std::string& name(NodeId node) const { return names[node.index()]; }

  std::string operator()(const CreateNamespace& op) const {
    return "create namespace " + name(op.node);
  }
  std::string operator()(const SetSysctl& op) const {
    return fmt::format("set {} in {}{}", state::describe(op.sysctl), name(op.node),
                       op.where_present ? " where it is present" : "");
  }
  std::string operator()(const CreateBridge& op) const {
    return fmt::format("create {} in {}", state::describe(op.link), name(op.node));
  }
  std::string operator()(const CreateVeth& op) const {
    return fmt::format("create {} in {} with peer {} in {}{}", state::describe(op.link),
                       name(op.node), state::describe(*op.peer), name(op.peer_node),
                       op.carried ? ", carried" : "");
  }
  std::string operator()(const DeleteLink& op) const {
    return fmt::format("delete link {}:{}", name(op.node), op.interface);
  }
  std::string operator()(const SetLink& op) const {
    std::string text = fmt::format("set link {}:{}", name(op.node), op.interface);
    if (op.mtu) text += fmt::format(" mtu {}", *op.mtu);
    if (op.master) text += fmt::format(" master {}", *op.master);
    if (op.port) text += fmt::format(" port {}", state::describe(*op.port));
    if (op.up) text += *op.up ? " up" : " down";
    return text;
  }
  std::string operator()(const Impair& op) const {
    const std::string what = impair::to_string(op.impairment);
    return fmt::format("impair {}:{} {}", name(op.node), op.interface,
                       what.empty() ? "by nothing" : what);
  }
  std::string operator()(const AddAddress& op) const { return change_address("add", "to", op); }
  std::string operator()(const DeleteAddress& op) const {
    return change_address("delete", "from", op);
  }
  std::string operator()(const AddRoute& op) const {
    return fmt::format("add {} in {}", state::describe(op.route), name(op.node));
  }
  std::string operator()(const DeleteRoute& op) const {
    return fmt::format("delete {} in {}", state::describe(op.route), name(op.node));
  }
  std::string operator()(const AddPolicyRule& op) const {
    return fmt::format("add {} in {}", state::describe(op.rule), name(op.node));
  }
  std::string operator()(const DeletePolicyRule& op) const {
    return fmt::format("delete {} in {}", state::describe(op.rule), name(op.node));
  }
  std::string operator()(const AddNeighbor& op) const {
    return fmt::format("add {} in {}", state::describe(op.neighbor), name(op.node));
  }
  std::string operator()(const DeleteNeighbor& op) const {
    return fmt::format("delete {} in {}", state::describe(op.neighbor), name(op.node));
  }
  std::string operator()(const AddBridgeEntry& op) const {
    return fmt::format("add {} in {}", state::describe(op.entry), name(op.node));
  }
  std::string operator()(const LoadRuleset& op) const { return "load ruleset in " + name(op.node); }
  std::string operator()(const LoadRulesText& op) const {
    const std::string where = to_string(op.rules->where);
    return fmt::format("load rules{}{} in {}", where.empty() ? "" : " of ", where, name(op.node));
  }
  std::string operator()(const FlushRuleset& op) const {
    return "flush ruleset in " + name(op.node);
  }

  template <class Op>
  std::string change_address(const char* verb, const char* preposition, const Op& op) const {
    return fmt::format("{} address {} {} {}:{}", verb, to_string(op.address.address), preposition,
                       name(op.node), op.address.interface);
  }
};

}  // namespace

NodeId node_of(const Operation& operation) {
  return std::visit([](const auto& op) { return op.node; }, operation);
}

std::string describe(const Operation& operation, std::span<const std::string> names) {
  return std::visit(Describer{names}, operation);
}

}  // namespace topoproof::plan
