// SPDX-License-Identifier: GPL-2.0-or-later
// A run as TAP version 14 (testanything.org): one test point a check, and one for a scenario that
// could not be run, or was interrupted. A skip is a point with the SKIP directive, or, if `strict`,
// one that is not ok.
#pragma once

#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

std::string to_tap(const scenario::RunResult& run, bool strict = false);

}  // namespace topoproof::report
