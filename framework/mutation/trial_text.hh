// SPDX-License-Identifier: GPL-2.0-or-later
// What became of a scenario's mutants, for people and for programs.
#pragma once

#include <span>
#include <string>

#include "mutation/trial.hh"

namespace topoproof::mutation {

struct TextStyle {
  bool verbose = false;  // every mutant, with the checks that noticed it
};

// One line if all is noticed; else what is not, with the checks that would. Ends with a line break.
std::string to_text(const TrialResult& result, const TextStyle& style = {});
// "3 scenarios: 210 mutants: 150 killed, ..."
std::string summary_text(std::span<const TrialResult> results);
// A JSON object with a `version`.
std::string to_json(std::span<const TrialResult> results);

}  // namespace topoproof::mutation
