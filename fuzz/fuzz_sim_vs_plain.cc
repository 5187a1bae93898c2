// SPDX-License-Identifier: GPL-2.0-or-later
// Property: whatever the rules and packets, the simulator's machine and the plain evaluator, which
// share no line, agree on verdict, rule, answer, the packet afterwards, and all counters.
#include "fuzz/feedback.hh"
#include "fuzz/target.hh"
#include "machine/plain_comparison.hh"
#include "machine/plain_generator.hh"

namespace topoproof::fuzz {

void run(BytesView input) {
  constexpr int kMostPackets = 8;
  ByteSource source(input);
  machine::plain::Generator generator(source);
  machine::Comparison comparison(generator.table());
  for (int count = 0; count < kMostPackets && !source.is_exhausted(); ++count) {
    auto packet = generator.packet();
    const auto difference = comparison.ask(std::move(packet), generator.pause());
    TOPOPROOF_CHECK(difference.empty(), difference.c_str());
    note(comparison.records(), comparison.decision());
  }
  const auto difference = comparison.compare_counters();
  TOPOPROOF_CHECK(difference.empty(), difference.c_str());
}

}  // namespace topoproof::fuzz
