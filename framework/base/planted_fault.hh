// SPDX-License-Identifier: GPL-2.0-or-later
// Mistakes that can be planted into our own code, to see that a test notices each of them:
// ci/tests/faults-test has the list. Nothing is left of them where TOPOPROOF_PLANTED_FAULTS is not
// defined; it is for the few sources that TopoproofModule.cmake is given as FAULTS.
#pragma once

#include <string_view>

#ifdef TOPOPROOF_PLANTED_FAULTS
#include <cstdlib>
#endif

namespace topoproof {

#ifdef TOPOPROOF_PLANTED_FAULTS
// One at a time, by the environment.
inline bool planted(std::string_view fault) {
  static const char* const kAsked =
      std::getenv("TOPOPROOF_FAULT");  // NOLINT(concurrency-mt-unsafe)
  return kAsked != nullptr && fault == kAsked;
}
#else
constexpr bool planted(std::string_view /*fault*/) { return false; }
#endif

}  // namespace topoproof
