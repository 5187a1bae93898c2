// SPDX-License-Identifier: GPL-2.0-or-later
// A run as one JSON document for programs. "version" grows when a reader of the version before
// would be misled; new keys alone do not count. Times are nanoseconds.
#pragma once

#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

std::string to_json(const scenario::RunResult& run);

// The same as JSON lines, for who reads while it runs: of each scenario, as soon as it has ended, a
// line {"version": 1, "type": "scenario", ...} and one of type "check" for each of its checks; at
// last one of type "run". The promise for version 1: these keys keep their names and meanings;
// there may be more of them, and more types.
std::string to_json_lines(const scenario::ScenarioResult& scenario);
std::string last_json_line(const scenario::RunResult& run);

}  // namespace topoproof::report
