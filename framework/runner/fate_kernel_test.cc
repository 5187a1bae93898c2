// SPDX-License-Identifier: GPL-2.0-or-later
// Each fate as the kernel brings it about: what proves it, and that it passes under no other name.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "checks/fate_stories.hh"
#include "runner/fate_test.hh"

namespace topoproof::runner {

using checks::fate_stories;
using checks::Story;
using scenario::CheckResult;
using scenario::Outcome;

using enum flow::FateKind;

TEST_P(FateTest, ShowsItsProof) {
  const Story& story = GetParam();
  const auto check = check_of(story, to_string(story.fate));
  EXPECT_EQ(told(story.network, check), fmt::format("passed: {}", story.observed));
}

namespace {

void expect_failures(const Story& story, std::string_view checks) {
  for (const CheckResult& result : run_checks(story.network, checks)) {
    EXPECT_EQ(result.outcome, Outcome::Failed) << result.name << ": " << result.observed;
  }
}

}  // namespace

// A check that expects delivery opens the port: what is said of an open port and of a closed one
// stands in scenarios of its own.
TEST_P(FateTest, PassesUnderNoOtherName) {
  const Story& story = GetParam();
  std::string checks;
  for (const flow::FateKind wrong : flow::kAllFates) {
    if (wrong == story.fate || wrong == Delivered || wrong == Refused) continue;
    checks += fmt::format("  - {}\n", check_of(story, to_string(wrong)));
  }
  expect_failures(story, checks);
}

TEST_P(FateTest, PassesNotAsTheOtherStateOfAPort) {
  const Story& story = GetParam();
  if (story.fate != Delivered && story.fate != Refused) {
    expect_failures(story, fmt::format("  - {}\n", check_of(story, "delivered")));
    expect_failures(story, fmt::format("  - {}\n", check_of(story, "refused")));
  }
}

INSTANTIATE_TEST_SUITE_P(Kernel, FateTest, testing::ValuesIn(fate_stories()),
                         [](const auto& story) { return std::string(story.param.name); });

}  // namespace topoproof::runner
