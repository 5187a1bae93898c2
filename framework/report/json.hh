// SPDX-License-Identifier: GPL-2.0-or-later
// A run as one JSON document for programs. "version" grows when a reader of the version before
// would be misled; new keys alone do not count. Times are nanoseconds.
#pragma once

#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

std::string to_json(const scenario::RunResult& run);

}  // namespace topoproof::report
