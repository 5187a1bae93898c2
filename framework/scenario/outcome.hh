// SPDX-License-Identifier: GPL-2.0-or-later
// What came of a run, as values: filled in by the runner, printed by the report module.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hh"
#include "base/issue.hh"
#include "flow/trace.hh"

namespace topoproof::scenario {

// Never mapped onto each other: an Error or a skip is no pass, and no failure of the network.
enum class Outcome {
  Passed,
  Failed,    // the network does something else than the check says
  Diverged,  // kernel and simulator disagree
  Error,     // the harness could not do its work
  Skipped,   // the kernel lacks a feature; `observed` names it
  Unknown,   // asked of the simulator alone, which does not model what decides here
};
std::string_view to_string(Outcome outcome);

// The steps of a flow's request, and of the reply, if there was one.
struct Way {
  flow::Trace request = {};
  flow::Trace reply = {};
  bool is_known() const { return !request.empty(); }
  friend auto operator<=>(const Way&, const Way&) = default;
};

struct CheckResult {
  std::string name;
  Location where;
  Outcome outcome = Outcome::Passed;
  std::size_t flows = 1;  // how many this result stands for: a matrix that passed is one result
  std::string expected;   // "delivered at blue, source 192.168.1.2"
  std::string observed;   // "no_route at blue: 192.168.1.0/24 is unreachable (ENETUNREACH)"
  // Of its flows, those that the simulator says nothing of, and why.
  std::size_t unpredicted = 0;
  std::string unknown = {};
  bool differs = false;                  // kernel and simulator disagree, whatever else is wrong
  std::vector<std::string> why = {};     // what decided, and where
  std::vector<std::string> change = {};  // in the topology, so that it ends otherwise
  std::vector<std::string> hops = {};    // the way of request and reply, one line a hop
  std::vector<std::string> notes = {};   // what was serialised, ...
  std::string pcap = {};                 // path of the capture, if one was kept
  std::string reproduce = {};            // the command that repeats this check alone
  std::chrono::nanoseconds duration{};   // from sending to the verdict
  // The nodes of its flow; of flows that a matrix counted as passed, all whose pairs those are.
  std::vector<NodeId> nodes = {};
  Way in_kernel = {};     // as `hops`, for pictures
  Way in_simulator = {};  // with the decisions between; none where nothing is foretold
};

struct Timing {
  std::chrono::nanoseconds build{};
  std::chrono::nanoseconds checks{};
  std::chrono::nanoseconds teardown{};
};

// A rule of the network, and how many packets of the simulator's it matched.
struct RuleUse {
  std::string node;
  std::string text;
  Location where;
  std::uint64_t packets = 0;
};

// A route of the file, and for how many packets it was chosen.
using RouteUse = RuleUse;

struct ScenarioResult {
  std::string name;
  std::string file;
  Issues issues = {};           // what is wrong with the input; then nothing was run
  std::string error = {};       // why the harness could not do its work, a sentence; else empty
  bool input_is_wrong = false;  // that is why: rules that are refused when they are loaded
  bool interrupted = false;     // told to stop before all of its checks were decided
  std::vector<CheckResult> checks = {};
  std::size_t nodes = 0;
  std::size_t links = 0;
  std::vector<std::string> node_names = {};  // by NodeId
  Timing timing = {};
  std::vector<RuleUse> rules = {};  // of all nodes; empty if nothing was simulated
  std::vector<RouteUse> routes = {};
};

struct RunResult {
  std::vector<ScenarioResult> scenarios;
  bool interrupted = false;  // by Ctrl-C
};

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t diverged = 0;
  std::size_t errors = 0;  // errors of checks, and scenarios that could not be run
  std::size_t skipped = 0;
  std::size_t unknown = 0;
  // Beside the others: of those that passed, what the simulator did not foretell; of those that
  // failed, what it foretold otherwise than the kernel did it.
  std::size_t unpredicted = 0;
  std::size_t failed_and_diverged = 0;

  std::size_t total() const { return passed + failed + diverged + errors + skipped + unknown; }
  std::size_t without_prediction() const { return unknown + unpredicted; }
  Counts& operator+=(const Counts& other);
  friend auto operator<=>(const Counts&, const Counts&) = default;
};
// By results, not by flows.
Counts count(const ScenarioResult& scenario);
Counts count(const RunResult& run);

// Its input is wrong, or the harness failed: this counts as one error beside those of its checks.
bool could_not_run(const ScenarioResult& scenario);

// It was interrupted, and nothing else kept it from running: beside the counts, which are of what
// was decided.
bool is_cut_short(const ScenarioResult& scenario);

// 0 all passed; 1 a check failed; 2 the input is wrong; 3 the harness could not do its work;
// 4 only divergences; where several hold: 2, 3, 1, 4 in that order; 130 interrupted.
// `strict`: a skip counts as a failure, and so does what the simulator says nothing of. A run in
// which nothing passed, failed or diverged is an error (3): without checks, or with all of them
// skipped, it proves nothing.
int exit_code(const RunResult& run, bool strict);

}  // namespace topoproof::scenario
