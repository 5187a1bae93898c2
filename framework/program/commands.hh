// SPDX-License-Identifier: GPL-2.0-or-later
// The commands themselves. Each prints to the console and returns the program's exit code.
// THROWS: SystemError and the like, for what the harness could not do.
#pragma once

#include <atomic>
#include <optional>

#include "base/issue.hh"
#include "plan/planner.hh"
#include "program/command.hh"
#include "program/console.hh"

namespace topoproof::program {

inline constexpr int kPassed = 0;
inline constexpr int kFailed = 1;
inline constexpr int kInputWrong = 2;
inline constexpr int kInterrupted = 130;
inline constexpr int kHarnessFailed = 3;
inline constexpr int kDiverged = 4;

// Says what is wrong with the input. RETURNS: kInputWrong
int refuse(const Console& console, const Issues& issues);

// What was found before a command runs.
struct Surroundings {
  bool in_sandbox = false;                  // then rules' text can be compiled for the simulator
  std::optional<plan::Limits> limits = {};  // the machine's, to be respected
};

// Once `stop` is true, the run ends soon, and what was done by then is reported.
// REQUIRES: the process is in a sandbox, unless it only lists or simulates.
int run_test(const TestCommand& command, const Console& console, const std::atomic<bool>& stop,
             const Surroundings& surroundings);

// As above. `compiles`: the process is in a sandbox, where rules' text can be compiled.
int run_trace(const TraceCommand& command, const Console& console, bool compiles);

int run_diff(const DiffCommand& command, const Console& console, bool compiles);

int run_reach(const ReachCommand& command, const Console& console, bool compiles);

int run_lint(const LintCommand& command, const Console& console);
int run_plan(const PlanCommand& command, const Console& console);
int run_graph(const GraphCommand& command, const Console& console);
// Reads the machine's own namespaces, and changes nothing.
int run_snapshot(const SnapshotCommand& command, const Console& console);
// Enters a sandbox itself, where the script is run.
int run_import_shell(const ImportCommand& command, const Console& console);
int run_import(const ImportCommand& command, const Console& console);
int run_generate(const GenerateCommand& command, const Console& console);
// REQUIRES: the process is in a sandbox, and has no second thread.
int run_fuzz(const FuzzCommand& command, const Console& console, const std::atomic<bool>& stop);

// REQUIRES: the process is in a sandbox, if the command is to build networks.
int run_mutate(const MutateCommand& command, const Console& console, const std::atomic<bool>& stop,
               const Surroundings& surroundings);

// Enters a sandbox itself, where rules have to be imported.
int run_rules(const RulesCommand& command, const Console& console);
// Enters a sandbox itself, after a look at the machine outside of it.
int run_doctor(const Console& console);
int run_version(const Console& console);

}  // namespace topoproof::program
