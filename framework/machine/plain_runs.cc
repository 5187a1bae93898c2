// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/plain_runs.hh"

#include <gtest/gtest.h>

#include "base/seed_of_run.hh"
#include "machine/plain_comparison.hh"
#include "machine/plain_generator.hh"

namespace topoproof::machine {
namespace {}  // namespace

void compare_evaluators(int tables, int packets_each) {
  const auto seed = seed_of_run();
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
