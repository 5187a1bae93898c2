// SPDX-License-Identifier: GPL-2.0-or-later
// A lab is a topology that is running in the kernel: built from a plan, compared with what the plan
// expects, changed step by step, and gone when this object is.
//
// Why one object: namespaces, the sockets to them and what they should hold belong together, and
// whatever fails while building takes all of them down.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "lab/linux_executor.hh"
#include "lab/namespaces.hh"
#include "netlink/settle.hh"
#include "plan/plan.hh"
#include "state/difference.hh"

namespace topoproof::lab {

// How one node differs from what its plan expects.
struct NodeDifference {
  std::string node;
  std::vector<state::Difference> differences;
};
// "host:\n- expected\n+ found\n": empty if there are none.
std::string to_string(const std::vector<NodeDifference>& differences);

// Somebody asked to stop before the network was there.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("interrupted") {}
};

// A node of a network that somebody else holds.
struct RunningNode {
  std::string name;
  sys::Netns netns;
  rules::RuleLines lines = {};  // of the rules that it was given
};

class Lab {
 public:
  // Called while building, once all namespaces exist and before they have links: what needs no more
  // than a namespace (taps, sockets) can be opened while links are still being made.
  using Stage = std::function<void(Lab&)>;

  // Builds. REQUIRES: the process is in a sandbox (sys/sandbox.hh). THROWS: netlink::NetlinkError,
  // sys::SystemError, with the step and its reason; then nothing is left. `stop`, which outlives
  // the lab, is looked at between steps, and between nodes that are compared or waited for:
  // Stopped.
  explicit Lab(const plan::Plan& plan, const Stage& namespaces_exist = nullptr,
               const std::atomic<bool>* stop = nullptr);
  // Of a network that runs already, held by somebody else. `plan` says what it should be: nothing
  // is done to make it so. REQUIRES: one for each node, in order. THROWS: netlink::NetlinkError,
  // sys::SystemError
  Lab(const plan::Plan& plan, std::vector<RunningNode> running);
  Lab(const Lab&) = delete;  // its executor refers to its namespaces
  Lab& operator=(const Lab&) = delete;

  const std::vector<std::string>& nodes() const { return nodes_; }  // names, by NodeId
  const sys::Netns& netns(NodeId node) const { return namespaces_.netns(node); }
  // Open as long as the lab is; for one thread at a time.
  netlink::Socket& route_socket(NodeId node) { return namespaces_.route_socket(node); }
  netlink::Socket& netfilter_socket(NodeId node) { return namespaces_.netfilter_socket(node); }
  const netlink::InterfaceNames& interfaces(NodeId node) { return namespaces_.names(node); }
  // Where the rules were written that the node has been given.
  const rules::RuleLines& rule_lines(NodeId node) { return namespaces_.rule_lines(node); }
  // Runs `inside` in the node's namespace, on the lab's helper thread. THROWS: what it throws.
  void run(NodeId node, const std::function<void()>& inside) { namespaces_.run(node, inside); }

  // What the node should hold after all steps so far.
  const state::Namespace& expected(NodeId node) const { return expected_[node.index()]; }

  // Performs further steps; they become part of what is expected. THROWS: as the constructor; the
  // steps before the refused one have been done, and are expected.
  void change(std::span<const plan::Step> steps);

  // Whether the kernel, which has refused it, holds already what the step makes, or no more what it
  // takes away; then the step counts as done. THROWS: as observe
  bool is_done_already(const plan::Step& step);

  // From here on these are the nodes, by NodeId. Those that were not there have no namespace until
  // a step creates it; the namespaces of those that are missing are let go. REQUIRES: names once
  // each.
  void renumber(const std::vector<std::string>& nodes);

  // Waits for what the kernel finishes a moment after it was told: carriers that come or go, bridge
  // ports that forward, IPv6 addresses. Until then packets vanish in silence: probe after this, not
  // before. THROWS: SystemError with ETIMEDOUT, naming what does not come; NetlinkError
  void settle();
  void settle(std::span<const NodeId> nodes);  // where only these have changed

  // Of the links that are impaired, or may be: of these the kernel does not know the far ends.
  std::vector<CarriedEnd> carried_ends() { return executor_.carried_links().ends(); }

  // Waits until nothing is under way on links that are impaired. RETURNS: false if there is still
  // at the deadline.
  bool wait_until_idle(sys::Clock::time_point deadline) {
    return executor_.carried_links().wait_until_idle(deadline);
  }

  // What the kernel holds, not normalized, with the sysctls that the plan sets. THROWS:
  // NetlinkError
  state::Namespace observe(NodeId node);
  // Observes every node. RETURNS: the nodes that are not as expected. THROWS: as observe.
  std::vector<NodeDifference> differences();
  // The same for right after building, in half of the time: without the sysctls that needed no
  // write. New namespaces have these anyway, and nobody has had time to change them.
  std::vector<NodeDifference> differences_of_building();
  // Sysctls are a file each to read: those who have set none may leave them out.
  enum class Sysctls { Compared, Written, LeftOut };
  std::vector<NodeDifference> differences(std::span<const NodeId> nodes,
                                          Sysctls sysctls = Sysctls::Compared);

 private:
  std::vector<NodeId> all_nodes() const;
  void leave_if_stopped() const;
  void execute(std::span<const plan::Step> steps);
  void expect(const plan::Step& step);
  std::vector<state::Difference> differences_of(NodeId node, Sysctls sysctls);
  state::Namespace observe(NodeId node, const std::vector<std::string>& sysctls);
  void settle_links(NodeId node, std::vector<std::uint32_t> links, netlink::LinkState wanted);
  void settle_addresses(NodeId node, std::vector<IpAddress> addresses);

  const std::atomic<bool>* stop_ = nullptr;
  std::vector<std::string> nodes_;
  plan::States expected_;               // of the steps so far
  std::set<SharedText> optional_pins_;  // that a kernel may lack
  Namespaces namespaces_;
  LinuxExecutor executor_;
};

}  // namespace topoproof::lab
