// SPDX-License-Identifier: GPL-2.0-or-later
// A run as TAP version 14 (testanything.org): one test point a check, and one for a scenario that
// could not be run. A skip is a point with the SKIP directive.
#pragma once

#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

std::string to_tap(const scenario::RunResult& run);

}  // namespace topoproof::report
