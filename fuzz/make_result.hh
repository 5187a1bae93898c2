// SPDX-License-Identifier: GPL-2.0-or-later
// Results of runs with any texts in them, made from a byte source.
#pragma once

#include <array>
#include <string>

#include "base/byte_source.hh"
#include "scenario/outcome.hh"

namespace topoproof::fuzz {

using scenario::Outcome;

inline std::string make_text(ByteSource& source) {
  return std::string(as_text(source.bytes(source.below(12))));
}

inline scenario::CheckResult make_check(ByteSource& source) {
  constexpr std::array kOutcomes{Outcome::Passed, Outcome::Failed, Outcome::Diverged,
                                 Outcome::Error, Outcome::Skipped};
  return {.name = make_text(source),
          .where = {make_text(source), source.between(0, 9), 1},
          .outcome = source.pick(kOutcomes),
          .expected = make_text(source),
          .observed = make_text(source),
          .hops = {make_text(source)},
          .notes = {make_text(source)}};
}

inline scenario::ScenarioResult make_scenario(ByteSource& source) {
  scenario::ScenarioResult made{.name = make_text(source), .file = make_text(source)};
  if (source.below(4) == 0) made.error = make_text(source);
  if (source.below(4) == 0) made.issues.push_back(make_issue(make_text(source)));
  made.interrupted = source.below(8) == 7;
  for (auto left = source.below(4); left > 0; --left) made.checks.push_back(make_check(source));
  return made;
}

inline scenario::RunResult make_result(ByteSource& source) {
  scenario::RunResult made;
  for (auto left = source.below(4); left > 0; --left) {
    made.scenarios.push_back(make_scenario(source));
  }
  return made;
}

}  // namespace topoproof::fuzz
