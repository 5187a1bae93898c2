// SPDX-License-Identifier: GPL-2.0-or-later
// Which rules and routes the checks of a run put to the test, and which no packet ever met. What
// translates is a rule as well.
#pragma once

#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

// By scenario: how many of them met packets, then those that none did, each with its place.
std::string coverage_text(const scenario::RunResult& run);
std::string coverage_json(const scenario::RunResult& run);  // each with its packets

}  // namespace topoproof::report
