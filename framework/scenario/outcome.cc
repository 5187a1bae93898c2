// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/outcome.hh"

#include "base/planted_fault.hh"

namespace topoproof::scenario {
namespace {

void add(Counts& counts, Outcome outcome) {
  switch (outcome) {
    case Outcome::Passed:
      ++counts.passed;
      break;
    case Outcome::Failed:
      ++counts.failed;
      break;
    case Outcome::Diverged:
      ++counts.diverged;
      break;
    case Outcome::Error:
      ++counts.errors;
      break;
    case Outcome::Skipped:
      ++counts.skipped;
      break;
    case Outcome::Unknown:
      ++counts.unknown;
      break;
  }
}

bool input_is_wrong(const RunResult& run) {
  for (const ScenarioResult& scenario : run.scenarios) {
    if (scenario.input_is_wrong || has_errors(scenario.issues)) return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Passed:
      return "passed";
    case Outcome::Failed:
      return "failed";
    case Outcome::Diverged:
      return "diverged";
    case Outcome::Error:
      return "error";
    case Outcome::Skipped:
      return "skipped";
    case Outcome::Unknown:
      return "unknown";
  }
  return "?";
}

bool could_not_run(const ScenarioResult& scenario) {
  if (planted("verifier-could-not-run")) return false;
  return !scenario.error.empty() || has_errors(scenario.issues);
}

bool is_cut_short(const ScenarioResult& scenario) {
  return scenario.interrupted && !could_not_run(scenario);
}

Counts count(const ScenarioResult& scenario) {
  Counts counts{.errors = could_not_run(scenario) ? 1U : 0U};
  for (const CheckResult& check : scenario.checks) {
    add(counts, check.outcome);
    const bool passed = check.outcome == Outcome::Passed;
    if (passed && check.unpredicted > 0) ++counts.unpredicted;
    if (check.outcome == Outcome::Failed && check.differs) ++counts.failed_and_diverged;
  }
  return counts;
}

Counts count(const RunResult& run) {
  Counts sum;
  for (const ScenarioResult& scenario : run.scenarios) sum += count(scenario);
  return sum;
}

Counts& Counts::operator+=(const Counts& other) {
  passed += other.passed;
  failed += other.failed;
  diverged += other.diverged;
  errors += other.errors;
  skipped += other.skipped;
  unknown += other.unknown;
  unpredicted += other.unpredicted;
  failed_and_diverged += other.failed_and_diverged;
  return *this;
}

int exit_code(const RunResult& run, bool strict) {
  if (run.interrupted) return 130;
  if (input_is_wrong(run)) return 2;
  const Counts counts = count(run);
  if (counts.errors > 0) return 3;
  const bool all_decided = counts.skipped == 0 && counts.without_prediction() == 0;
  if (counts.failed > 0 || (strict && !all_decided)) return 1;
  if (counts.diverged > 0) return 4;
  return counts.passed > 0 ? 0 : 3;
}

}  // namespace topoproof::scenario
