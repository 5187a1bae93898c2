// SPDX-License-Identifier: GPL-2.0-or-later
// TOPOPROOF_CHECK states an invariant of our own code. It is not for bad input (return an Issue)
// and not for what the system refuses (throw): a failed check is a bug, in release builds too.
#pragma once

namespace topoproof {

[[noreturn]] void check_failed(const char* condition, const char* file, int line, const char* why);

}  // namespace topoproof

#define TOPOPROOF_CHECK(condition, why) \
  ((condition) ? static_cast<void>(0)   \
               : ::topoproof::check_failed(#condition, __FILE__, __LINE__, why))
