// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/linux_executor.hh"

#include <utility>

#include "lab/await_links.hh"
#include "lab/rules.hh"
#include "netlink/address.hh"
#include "netlink/link.hh"
#include "netlink/neighbor.hh"
#include "netlink/route.hh"
#include "netlink/rule.hh"
#include "sys/error.hh"
#include "sys/sysctls.hh"

namespace topoproof::lab {

template <class F>
void LinuxExecutor::attempt(const plan::Step& step, F f) const {
  try {
    f();
  } catch (const sys::SystemError& refused) {
    throw sys::SystemError(refused.error(), plan::describe(step, names_));
  }
}

struct LinuxExecutor::Visitor {
  LinuxExecutor& self;
  const plan::Step& step;

  netlink::InterfaceNames& names(NodeId node) const { return self.namespaces_.names(node); }
  template <class Value>
  void send(NodeId node, const netlink::Request& request, const Value& value) const {
    encode(value, names(node), self.add(node, request, step));
  }

  void operator()(const plan::CreateNamespace& op) const {
    self.finish();
    self.hold(Held::Creation, op.node);
  }
  void operator()(const plan::SetSysctl& op) const {
    const bool is_creating = self.held_ == Held::Creation && self.node_ == op.node;
    self.hold(is_creating ? Held::Creation : Held::Sysctls, op.node);
    self.steps_.push_back(&step);
  }
  void operator()(const plan::CreateBridge& op) const {
    names(op.node).add(op.link->name, op.link->index.value());
    send(op.node, netlink::kCreateLink, op.link);
  }
  void operator()(const plan::CreateVeth& op) const {
    names(op.node).add(op.link->name, op.link->index.value());
    names(op.peer_node).add(op.peer->name, op.peer->index.value());
    if (op.carried) {
      self.finish();
      return self.carried_.create(op, plan::describe(step, self.names_));
    }
    send(op.node, netlink::kCreateLink,
         netlink::VethPair{.near = op.link,
                           .far = *op.peer,
                           .far_netns = self.namespaces_.netns(op.peer_node).fd()});
  }
  void operator()(const plan::DeleteLink& op) const {
    const std::uint32_t index = names(op.node).index(op.interface);
    encode_removal(op.interface, names(op.node), self.add(op.node, netlink::kRemoveLink, step));
    self.finish();
    self.carried_.erase(index);
    names(op.node).remove(op.interface);
  }
  void operator()(const plan::SetLink& op) const {
    send(op.node, netlink::kChangeLink,
         netlink::LinkChange{.name = op.interface,
                             .up = op.up,
                             .mtu = op.mtu,
                             .mac = {},
                             .master = op.master,
                             .bridge = {},
                             .port = op.port});
    const std::uint32_t index = names(op.node).index(op.interface);
    if (!op.up || !self.carried_.contains(index)) return;
    self.finish();
    self.carried_.set_up(index, *op.up);
  }
  void operator()(const plan::Impair& op) const {
    self.finish();
    self.carried_.impair(names(op.node).index(op.interface), op.impairment);
  }
  void operator()(const plan::AddAddress& op) const {
    send(op.node, netlink::kAddAddress, op.address);
  }
  void operator()(const plan::DeleteAddress& op) const {
    send(op.node, netlink::kRemoveAddress, op.address);
  }
  void operator()(const plan::AddRoute& op) const { send(op.node, netlink::kAddRoute, op.route); }
  // As ip-route(8) deletes: whoever made it, of any scope. One that is named by its interface alone
  // would else have to be without a gateway.
  void operator()(const plan::DeleteRoute& op) const {
    state::Route meant = op.route;
    meant.protocol = state::RouteProtocol::Unspecified;
    if (!meant.scope) meant.scope = state::RouteScope::Nowhere;
    send(op.node, netlink::kRemoveRoute, meant);
  }
  void operator()(const plan::AddPolicyRule& op) const {
    encode(op.rule, self.add(op.node, netlink::kAddRule, step));
  }
  void operator()(const plan::DeletePolicyRule& op) const {
    encode(op.rule, self.add(op.node, netlink::kRemoveRule, step));
  }
  void operator()(const plan::AddNeighbor& op) const {
    send(op.node, netlink::kAddNeighbor, op.neighbor);
  }
  void operator()(const plan::DeleteNeighbor& op) const {
    send(op.node, netlink::kRemoveNeighbor, op.neighbor);
  }
  void operator()(const plan::AddBridgeEntry& op) const {
    self.hold(Held::BridgeEntries, op.node);
    self.steps_.push_back(&step);
  }
  void operator()(const plan::LoadRuleset& op) const { load(op); }
  void operator()(const plan::LoadRulesText& op) const { load(op); }
  void operator()(const plan::FlushRuleset& op) const { load(op); }

  template <class Op>
  void load(const Op& op) const {
    self.finish();
    Issues issues = load_rules(self.namespaces_, op);
    if (issues.empty()) return;
    throw RulesRefused(plan::describe(step, self.names_), std::move(issues));
  }
};

void LinuxExecutor::execute(const plan::Step& step) {
  std::visit(Visitor{*this, step}, step.operation);
}

void LinuxExecutor::finish() {
  switch (std::exchange(held_, Held::Nothing)) {
    case Held::Nothing:
      break;
    case Held::Creation:
      create_namespace();
      break;
    case Held::Sysctls:
      write_sysctls();
      break;
    case Held::Messages:
      commit_messages();
      break;
    case Held::BridgeEntries:
      commit_bridge_entries();
      break;
  }
  steps_.clear();
}

void LinuxExecutor::hold(Held kind, NodeId node) {
  if (held_ != kind || node_ != node) finish();
  held_ = kind;
  node_ = node;
}

void LinuxExecutor::create_namespace() {
  namespaces_.create(node_, [&] {
    sysctls_.begin_namespace(namespaces_.sysctls(node_));
    std::set<SharedText>& written = namespaces_.written_sysctls(node_);
    for (const plan::Step* step : steps_) {
      const auto& [node, sysctl, where_present] = std::get<plan::SetSysctl>(step->operation);
      attempt(*step, [&] {
        if (sysctls_.write(sysctl, where_present)) written.insert(sysctl.name);
      });
    }
  });
}

void LinuxExecutor::write_sysctls() {
  namespaces_.run(node_, [&] {
    sys::Sysctls& sysctls = namespaces_.sysctls(node_);
    for (const plan::Step* step : steps_) {
      const auto& op = std::get<plan::SetSysctl>(step->operation);
      if (op.where_present && !sysctls.read(op.sysctl.name)) continue;
      attempt(*step, [&] { sysctls.write(op.sysctl.name, op.sysctl.value); });
      namespaces_.written_sysctls(node_).insert(op.sysctl.name);
    }
  });
}

void LinuxExecutor::commit_messages() {
  netlink::Batch batch = std::exchange(batch_, {});
  namespaces_.route_socket(node_).commit(
      batch, [this](std::size_t step) { return plan::describe(*steps_[step], names_); });
}

// A port that does not come to forward is refused by the kernel, and so named.
void LinuxExecutor::commit_bridge_entries() {
  const netlink::InterfaceNames& names = namespaces_.names(node_);
  std::vector<std::uint32_t> ports;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto& entry = std::get<plan::AddBridgeEntry>(steps_[i]->operation).entry;
    ports.push_back(names.index(entry.port));
    encode(entry, names, batch_.add(i, netlink::kReplaceNeighbor));
  }
  await_links(namespaces_, node_, std::move(ports));
  commit_messages();
}

netlink::MessageWriter& LinuxExecutor::add(NodeId node, const netlink::Request& request,
                                           const plan::Step& step) {
  hold(Held::Messages, node);
  steps_.push_back(&step);
  return batch_.add(steps_.size() - 1, request);
}

}  // namespace topoproof::lab
