// SPDX-License-Identifier: GPL-2.0-or-later
// A scenario's network while it runs: the lab, the taps that see it and the sockets that probe it.
// Internal to the runner.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "checks/simulation.hh"
#include "evidence/observer.hh"
#include "lab/lab.hh"
#include "probe/prober.hh"
#include "runner/kernel_witness.hh"
#include "runner/rule_trace.hh"
#include "runner/runner.hh"
#include "runner/wave.hh"
#include "scenario/scenario.hh"
#include "service/hosts.hh"
#include "service/services.hh"
#include "sys/files.hh"

namespace topoproof::runner {

class Session {
 public:
  // Builds, and compares what the kernel then holds with what was planned.
  // THROWS: sys::SystemError; std::runtime_error with both texts if they differ.
  Session(const scenario::Scenario& scenario, const RunOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Instruments instruments();
  const topology::Topology& topology() const { return topology_; }  // with all changes so far
  evidence::Observer& observer() { return *observer_; }
  lab::Lab& lab() { return *lab_; }

  bool is_impaired() const { return is_impaired_; }  // some of its links, now or later

  void change(const scenario::Change& change);
  // From here on it is known which rule ends a packet at the node, or at every node with rules.
  void trace_rules(NodeId node);
  void trace_all_rules();
  const std::set<NodeId>& traced() const { return trace_.traced(); }
  // From here on what is decided about packets that go on is kept.
  void keep_decisions();
  void add_decisions(checks::Judged& judged);
  void forget_rule_events() { trace_.forget_events(); }
  void flush_connections();
  // What nodes have learned of the MTU of ways, from the errors that a flow made.
  void forget_ways(const evidence::Case& evidence);
  // Of all interfaces and routes as they are now: what is smaller teaches nobody anything.
  std::uint32_t smallest_mtu() const;
  // Of services that have failed since they were ready, a sentence each; empty: there are none.
  std::string services_trouble() const;
  // What the rules of a node have become in its kernel.
  checks::RuleCompiler rule_compiler();

 private:
  void open_taps(lab::Lab& lab);
  void wait(std::chrono::nanoseconds time);
  void flap(const scenario::FlapLink& link);
  void build(const scenario::Scenario& scenario, const RunOptions& options);
  void adopt(const scenario::Scenario& scenario, const RunOptions& options);
  void compare_with_plan();
  void start_services();
  bool wait_until_idle(sys::Clock::time_point deadline);
  void open_sockets(const scenario::Scenario& scenario);

  sys::EventLoop loop_;
  sys::NetnsWorker worker_;
  topology::Topology topology_;
  std::uint32_t run_;
  const std::atomic<bool>* stop_;
  bool is_adopted_ = false;                                 // the lab goes on when this ends
  std::function<void(sys::Clock::time_point)> await_idle_;  // of the lab that goes on
  std::function<std::string()> ask_services_;               // of the same
  bool is_impaired_;                                        // some of its links are, or will be
  probe::Barrier barrier_;
  RuleTrace trace_;
  std::optional<plan::Plan> plan_;  // where links flap
  std::unique_ptr<lab::Lab> lab_;
  std::unique_ptr<evidence::Observer> observer_;
  std::unique_ptr<probe::Prober> prober_;
  std::unique_ptr<KernelWitness> witness_;
  std::optional<sys::TempDir> service_files_;
  std::optional<service::NameFiles> name_files_;
  std::unique_ptr<service::Services> services_;
};

}  // namespace topoproof::runner
