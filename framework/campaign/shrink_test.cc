// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/shrink.hh"

#include <algorithm>

#include <gtest/gtest.h>

#include "campaign/delta_debugging.hh"

namespace topoproof::campaign {
namespace {

using Part = std::vector<std::size_t>;

TEST(DeltaDebugging, FindsWhatTheFaultNeeds) {
  int asked = 0;
  const auto needs = [&](const Part& part) {
    ++asked;
    return std::ranges::count(part, 3U) + std::ranges::count(part, 17U) == 2;
  };
  EXPECT_EQ(find_smallest(40, needs), (Part{3, 17}));
  EXPECT_LT(asked, 60);
}

TEST(DeltaDebugging, AFaultThatNeedsNothingIsEmpty) {
  EXPECT_EQ(find_smallest(5, [](const Part&) { return true; }), Part{});
}

TEST(DeltaDebugging, AFaultThatNeedsAllKeepsAll) {
  EXPECT_EQ(find_smallest(4, [](const Part& part) { return part.size() == 4; }).size(), 4U);
}

// The fault: a rule that drops, and the third packet.
TEST(Shrink, LeavesOneRuleAndOnePacket) {
  ByteSource source = ByteSource::seeded(3);
  const generator::Case made = generator::generate(source);
  Question question{made.shape, made.ruleset, {}};
  for (const auto& probe : made.probes) question.packets.push_back({probe.port, probe.frame});
  const Packet needed = question.packets.at(2);
  const auto count = count_rules(question.ruleset);
  ASSERT_GT(count, 1U);
  const Question small = shrink(question, [&](const Question& q) {
    return count_rules(q.ruleset) > 0 && std::ranges::count(q.packets, needed) > 0;
  });
  EXPECT_EQ(count_rules(small.ruleset), 1U);
  EXPECT_EQ(small.packets.size(), 1U);
}

}  // namespace
}  // namespace topoproof::campaign
