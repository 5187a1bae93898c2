// SPDX-License-Identifier: GPL-2.0-or-later
// Carries out a scenario: builds its network in the kernel, checks it step by step, takes it down.
// It prints nothing and exits nowhere: what came of it is the result.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/lab.hh"
#include "plan/planner.hh"
#include "scenario/outcome.hh"
#include "scenario/progress.hh"

namespace topoproof::scenario {
struct Scenario;  // scenario.hh
}  // namespace topoproof::scenario

namespace topoproof::runner {

struct RunOptions {
  std::string pcap_directory = {};  // where captures are kept; empty: nowhere
  std::string pcap_name = {};       // of this scenario's folder there; empty: the scenario's
  bool always_keep_pcap = false;    // of checks that passed, too
  bool must_keep_pcap = true;       // one that cannot be written makes its check an error
  bool predict = true;              // by the simulator, and compare
  bool verbose = false;             // `hops` of checks that passed, too
  bool decisions = false;           // routes and rules between them; of one flow alone
  bool keep_ways = false;           // ways of checks that passed, too; of a matrix: failures
  std::optional<plan::Limits> limits = {};  // what exceeds them is an error before it is built
  // A lab that runs already and stays, in place of one that is built: all of its nodes. What is
  // sent there is seen by whoever else works in it; connection tracking is flushed where checks
  // need it.
  std::function<std::vector<lab::RunningNode>()> running = {};
  // Of such a lab: waits until nothing is under way on impaired links, no longer than that. None:
  // the longest time is waited that a packet can take.
  std::function<void(sys::Clock::time_point)> wait_until_idle = {};
  // Of such a lab: which of its services have failed, as sentences; asked after the checks.
  std::function<std::string()> services_trouble = {};
  const std::atomic<bool>* stop = nullptr;  // once true, run() returns within 100 ms
};

// Every step is carried out, also after one with checks that failed; what the kernel refuses and
// what the harness cannot do ends as `error` of the result. If it was told to stop, the result
// holds the checks that were decided by then, and says that it was interrupted. Nothing is left
// behind in any case. Several threads may run a scenario each at the same time. REQUIRES:
// sys::enter_sandbox() was called; the scenario has no errors.
scenario::ScenarioResult run(const scenario::Scenario& scenario, const RunOptions& options = {},
                             const scenario::Observer& observer = {});

}  // namespace topoproof::runner
