// SPDX-License-Identifier: GPL-2.0-or-later
// Does a scenario notice? Its checks are carried out in networks with one mistake each, and in
// networks in which nothing is left of what it is about.
#pragma once

#include <atomic>
#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/simulation.hh"
#include "mutation/mutant.hh"
#include "scenario/scenario.hh"

namespace topoproof::mutation {

enum class Fate {
  NotTried,    // it was stopped before this was known
  Killed,      // a check fails
  Survived,    // all pass, and a flow is known that ends otherwise
  Equivalent,  // no check can tell, and `note` says how that is known
  // The simulator does not model what would decide, the kernel cannot be given it, or nobody could
  // ask what would tell.
  Unknown,
  Refused,   // there is no such network: the planner or the kernel refuses it
  Diverged,  // kernel and simulator disagree about it
};
std::string_view to_string(Fate fate);

struct MutantResult {
  std::string name;
  Fate fate = Fate::NotTried;
  std::vector<std::string> killers = {};  // names of the checks that fail
  std::string note = {};
  // Of a survivor: a check that passes without the mutant and fails with it, as it is written in a
  // file. Empty if one that an earlier survivor tells notices this, too, or `note` says why.
  std::string check = {};
  std::string check_step = {};  // the place of the step that it belongs to, if there are several
  std::string flow = {};        // "red -> blue tcp/80"
  std::string here = {};        // how it ends, and with the mutant
  std::string there = {};
};

struct TrialResult {
  std::string name;  // of the scenario
  std::string file;
  std::string error = {};      // why nothing is known: a check fails without any mistake, ...
  bool could_not_run = false;  // and it is no check's fault
  Issues warnings = {};        // rules that are not mutated
  std::vector<MutantResult> mutants = {};
  std::vector<std::string> passes = {};     // worlds in which all checks pass
  std::vector<std::string> worthless = {};  // checks that fail with no mutant and in no world
  std::size_t flows = 0;                    // that equivalent mutants were asked about
  bool interrupted = false;                 // then what was not tried says nothing

  std::size_t count(Fate fate) const;
  bool notices_all() const;  // all was tried, no survivor, nothing worthless
};

struct TrialOptions {
  unsigned jobs = 1;
  // The checks of a network, by the simulator or in the kernel. RETURNS: or why this side cannot be
  // given the network, which says nothing about it. REQUIRES: threads may call it.
  std::function<std::expected<scenario::ScenarioResult, std::string>(const Network&)> run;
  std::function<bool(const Mutant&)> select = {};  // none: all
  const std::atomic<bool>* stop = nullptr;
};

// REQUIRES: `scenario` has no errors.
TrialResult try_mutants(const scenario::Scenario& scenario, const checks::RuleCompiler& compile,
                        const TrialOptions& options);

}  // namespace topoproof::mutation
