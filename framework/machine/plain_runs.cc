// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/plain_runs.hh"

#include <cstdlib>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "machine/plain_comparison.hh"
#include "machine/plain_generator.hh"

namespace topoproof::machine {
namespace {

std::uint64_t seed_of_run() {
  const char* given = std::getenv("TOPOPROOF_SEED");
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

}  // namespace

void compare_evaluators(int tables, int packets_each) {
  const auto seed = seed_of_run();
  std::cout << "TOPOPROOF_SEED=" << seed << "\n";
  for (int t = 0; t < tables; ++t) {
    const auto table_seed = seed + static_cast<std::uint64_t>(t);
    ByteSource source = ByteSource::seeded(table_seed);
    plain::Generator generator(source);
    Comparison comparison(generator.table());
    for (int p = 0; p < packets_each; ++p) {
      auto packet = generator.packet();
      const auto difference = comparison.ask(std::move(packet), generator.pause());
      ASSERT_EQ(difference, "") << "TOPOPROOF_SEED=" << table_seed << ", packet " << p;
    }
    ASSERT_EQ(comparison.compare_counters(), "") << "TOPOPROOF_SEED=" << table_seed;
  }
}

}  // namespace topoproof::machine
