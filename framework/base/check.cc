// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/check.hh"

#include <cstdio>
#include <cstdlib>

namespace topoproof {

void check_failed(const char* condition, const char* file, int line, const char* why) {
  std::fprintf(stderr, "topoproof: internal error at %s:%d: %s (%s)\n", file, line, why, condition);
  std::abort();
}

}  // namespace topoproof
