// SPDX-License-Identifier: GPL-2.0-or-later
// Performs steps in the kernel, over netlink. Consecutive steps of one namespace become one batch;
// a namespace and its sysctls become one visit.
#pragma once

#include <string>
#include <vector>

#include "lab/carried_links.hh"
#include "lab/executor.hh"
#include "lab/namespaces.hh"
#include "lab/sysctl_writer.hh"
#include "netlink/batch.hh"

namespace topoproof::lab {

class LinuxExecutor final : public Executor {
 public:
  // `names` are those of the plan's nodes. REQUIRES: `namespaces` outlives this.
  LinuxExecutor(std::vector<std::string> names, Namespaces& namespaces)
      : names_(std::move(names)), namespaces_(namespaces), carried_(namespaces) {}

  // THROWS: netlink::NetlinkError, sys::SystemError: "add address 10.0.0.1/40 to r1:eth0 (because
  // FILE:LINE says so): ipv4: Invalid prefix length: Invalid argument"; RulesRefused (rules.hh).
  void execute(const plan::Step& step) override;
  void finish() override;

  CarriedLinks& carried_links() { return carried_; }

  // Nodes are others from now on, and `namespaces` holds them in this order.
  void rename(std::vector<std::string> names) { names_ = std::move(names); }

 private:
  struct Visitor;  // one overload for each operation

  enum class Held { Nothing, Creation, Sysctls, Messages, BridgeEntries };

  void hold(Held kind, NodeId node);  // finishes what cannot wait together with it
  void create_namespace();
  void write_sysctls();
  void commit_messages();
  void commit_bridge_entries();
  // Begins a message of the batch of `node`.
  netlink::MessageWriter& add(NodeId node, const netlink::Request& request, const plan::Step& step);
  // Runs `f`, and makes a refusal that it throws name the step.
  template <class F>
  void attempt(const plan::Step& step, F f) const;

  std::vector<std::string> names_;
  Namespaces& namespaces_;
  CarriedLinks carried_;
  SysctlWriter sysctls_;

  // What is held back, all of it for one node: a namespace to be created, with its sysctls; further
  // sysctls; bridge entries, which wait for their ports; or a batch, where a message's number is
  // its step's index here.
  Held held_ = Held::Nothing;
  NodeId node_;
  std::vector<const plan::Step*> steps_;
  netlink::Batch batch_;
};

}  // namespace topoproof::lab
