// SPDX-License-Identifier: GPL-2.0-or-later
// Runs scenarios on several threads of one process: they share nothing but the machine, and a
// result needs no way from process to process. What is told comes in the order of the files.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include "report/text.hh"
#include "runner/runner.hh"
#include "scenario/outcome.hh"

namespace topoproof::program {

struct ParallelRun {
  std::size_t scenarios = 0;
  unsigned jobs = 1;
  const std::atomic<bool>* stop = nullptr;  // once true, no further scenario is begun
  bool keep_going = true;                   // false: none is begun after one that could not be run
  // Runs one scenario, on a thread of its own. THROWS: what ends as the error of its result.
  std::function<scenario::ScenarioResult(std::size_t index, const scenario::Observer&)> run;
  std::function<std::string(std::size_t index)> name;
  // Both are called by the thread that called run_all.
  std::function<void(const scenario::ScenarioResult&)> on_result = nullptr;
  std::function<void(const report::RunState&)> on_progress = nullptr;
};

// RETURNS: the results of the scenarios that were begun, in their order.
std::vector<scenario::ScenarioResult> run_all(const ParallelRun& work);

}  // namespace topoproof::program
