// SPDX-License-Identifier: GPL-2.0-or-later
// For tests on random values: another seed in each run, printed, so that TOPOPROOF_SEED repeats it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace topoproof {

inline std::uint64_t seed_of_run() {
  const char* given = std::getenv("TOPOPROOF_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "TOPOPROOF_SEED=" << seed << '\n';
  return seed;
}

}  // namespace topoproof
