// SPDX-License-Identifier: GPL-2.0-or-later
// What the options of a run say of checks that passed.
#pragma once

#include "checks/check_result.hh"
#include "runner/runner.hh"

namespace topoproof::runner {

inline checks::Detail detail_of(const RunOptions& options) {
  return {.hops = options.verbose, .ways = options.keep_ways};
}

}  // namespace topoproof::runner
