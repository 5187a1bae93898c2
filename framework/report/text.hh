// SPDX-License-Identifier: GPL-2.0-or-later
// The report for people at a terminal or reading a log. Values in, text out: who prints it, and
// whether there is a terminal, is the program's business.
#pragma once

#include <cstddef>
#include <string>

#include "scenario/outcome.hh"
#include "scenario/progress.hh"

namespace topoproof::report {

struct TextStyle {
  bool colors = false;
  bool verbose = false;  // every check, and the way of those that passed
  bool strict = false;   // skips are failures: the summary says so
};

// One line if all passed; else one more for each check that did not, with all that is known of it.
// Begins with the worst outcome, or with "stopped" if it was interrupted before there was a bad
// one. Ends with a line break.
std::string scenario_text(const scenario::ScenarioResult& scenario, const TextStyle& style = {});

// "12 passed, 1 failed, 0 skipped", then divergences and errors, if any; skips are named above it.
std::string summary_text(const scenario::RunResult& run, const TextStyle& style = {});

// "3 of 12 scenarios, container-nat: 40 of 9900 flows", cut to `width` columns, without a line
// break.
struct RunState {
  std::size_t scenarios_done = 0;
  std::size_t scenarios = 0;
  std::string current = {};
  scenario::Progress progress = {};
};
std::string progress_line(const RunState& state, std::size_t width);

}  // namespace topoproof::report
