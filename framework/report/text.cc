// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/text.hh"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.hh"
#include "report/facts.hh"

namespace topoproof::report {
namespace {

using scenario::CheckResult;
using scenario::Counts;
using scenario::Outcome;
using scenario::ScenarioResult;

std::string_view color_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Passed:
      return "\x1b[32m";  // green
    case Outcome::Skipped:
    case Outcome::Unknown:
      return "\x1b[33m";  // yellow
    case Outcome::Failed:
    case Outcome::Diverged:
    case Outcome::Error:
      return "\x1b[31m";  // red
  }
  return "";
}

// In a column of eight, so that names stand below each other.
std::string painted(Outcome outcome, const TextStyle& style) {
  const std::string word = fmt::format("{:<8}", to_string(outcome));
  return style.colors ? fmt::format("{}{}\x1b[0m", color_of(outcome), word) : word;
}

// The outcome that a scenario's line begins with: the worst, in the order of exit codes.
Outcome worst(const Counts& counts) {
  if (counts.errors > 0) return Outcome::Error;
  if (counts.failed > 0) return Outcome::Failed;
  if (counts.diverged > 0) return Outcome::Diverged;
  if (counts.passed > 0) return Outcome::Passed;
  if (counts.unknown > 0) return Outcome::Unknown;
  return counts.skipped > 0 ? Outcome::Skipped : Outcome::Passed;
}

std::string counts_text(const Counts& counts) {
  std::string text =
      fmt::format("{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
  text += diverged_text(counts);
  if (counts.errors > 0) text += ", " + counted(counts.errors, "error");
  const std::size_t unknown = counts.without_prediction();
  if (unknown > 0) text += fmt::format(", {} unknown to the simulator", unknown);
  return text;
}

// A matrix is one result of many flows; elsewhere the number of flows says nothing new.
std::string checks_text(const ScenarioResult& scenario) {
  std::size_t flows = 0;
  for (const CheckResult& check : scenario.checks) flows += check.flows;
  const std::string checks = counted(scenario.checks.size(), "check");
  return flows == scenario.checks.size() ? checks
                                         : fmt::format("{} ({})", checks, counted(flows, "flow"));
}

// What an interrupted scenario came to is not known, unless something is wrong already.
bool is_undecided(const ScenarioResult& scenario, Outcome outcome) {
  return scenario.interrupted && (outcome == Outcome::Passed || outcome == Outcome::Skipped);
}

std::string scenario_line(const ScenarioResult& scenario, const TextStyle& style) {
  const Counts counts = count(scenario);
  const Outcome outcome = worst(counts);
  const bool all_passed = outcome == Outcome::Passed && counts.skipped == 0 &&
                          counts.without_prediction() == 0 && !scenario.interrupted;
  const std::string word =
      is_undecided(scenario, outcome) ? std::string("stopped ") : painted(outcome, style);
  return fmt::format("{} {}: {}{}, {} ({})\n", word, printable(scenario.name),
                     all_passed ? checks_text(scenario) : counts_text(counts),
                     scenario.interrupted ? ", interrupted" : "",
                     short_duration(total_time(scenario)), printable(scenario.file));
}

std::string interruption_text(const scenario::RunResult& run) {
  const auto unfinished = static_cast<std::size_t>(
      std::ranges::count(run.scenarios, true, &ScenarioResult::interrupted));
  return fmt::format("interrupted: {} not finished; what follows is what was done by then\n",
                     counted(unfinished, "scenario"));
}

std::string check_text(const CheckResult& check, const TextStyle& style) {
  const std::string place = printable(to_string(check.where));
  return fmt::format("  {} {}{}\n{}", painted(check.outcome, style), printable(check.name),
                     place.empty() ? "" : fmt::format(" ({})", place),
                     facts_text(check, "           "));
}

}  // namespace

std::string scenario_text(const ScenarioResult& scenario, const TextStyle& style) {
  std::string out = scenario_line(scenario, style) + obstacle(scenario);
  for (const CheckResult& check : scenario.checks) {
    if (style.verbose || check.outcome != Outcome::Passed) out += check_text(check, style);
  }
  return out;
}

namespace {

// One line for each check that was not decided, and for each that nothing was foretold of.
std::string undecided_text(const ScenarioResult& scenario, const TextStyle& style) {
  std::string out;
  for (const CheckResult& check : scenario.checks) {
    const bool skipped = check.outcome == Outcome::Skipped;
    if (!skipped && check.unknown.empty()) continue;
    out += fmt::format("{} {}: {} ({})\n",
                       painted(skipped ? Outcome::Skipped : Outcome::Unknown, style),
                       printable(scenario.name), printable(check.name),
                       printable(skipped ? check.observed : check.unknown));
  }
  return out;
}

}  // namespace

std::string summary_text(const scenario::RunResult& run, const TextStyle& style) {
  std::string out;
  for (const ScenarioResult& scenario : run.scenarios) out += undecided_text(scenario, style);
  if (run.interrupted) out += interruption_text(run);
  const Counts counts = count(run);
  out += counts_text(counts);
  if (style.strict && counts.skipped > 0) out += "; strict: a skip is a failure";
  if (style.strict && counts.without_prediction() > 0) out += "; strict: unknown is a failure";
  return out + "\n";
}

std::string progress_line(const RunState& state, std::size_t width) {
  std::string line =
      fmt::format("{} of {}", state.scenarios_done, counted(state.scenarios, "scenario"));
  if (!state.current.empty()) line += ", " + printable(state.current);
  switch (state.progress.phase) {
    case scenario::Phase::Building:
      line += ": building";
      break;
    case scenario::Phase::Checking:
      line += fmt::format(": {} of {}", state.progress.flows_done,
                          counted(state.progress.flows, "flow"));
      break;
    case scenario::Phase::TearingDown:
      line += ": taking down";
      break;
  }
  if (line.size() <= width) return line;
  while (width > 0 && (static_cast<unsigned char>(line[width]) & 0xc0) == 0x80) --width;
  return line.substr(0, width);
}

}  // namespace topoproof::report
