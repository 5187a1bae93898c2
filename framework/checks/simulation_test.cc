// SPDX-License-Identifier: GPL-2.0-or-later
// The simulator against the stories that the kernel has told.
#include "checks/simulation.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "checks/expectation.hh"
#include "checks/fate_stories.hh"
#include "scenario/reader.hh"

namespace topoproof::checks {
namespace {

using scenario::Check;
using scenario::parse_scenario;

struct Told {
  std::string observed;
  std::vector<std::string> hops = {};
};

Told foretell(const std::string& network, std::string_view check) {
  const auto scenario = parse_scenario(fmt::format("{}checks:\n  - {}\n", network, check), "s");
  if (!scenario) return {to_string(scenario.error())};
  const Check& first = std::get<Check>(scenario->steps.front().checks.front());
  Simulation simulation(*scenario);
  const sim::Prediction prediction = simulation.predict({.flow = first.flow});
  const evidence::Verdict verdict = to_verdict(prediction);
  if (!prediction.unknown.empty()) return {"unknown: " + describe(prediction.unknown.front())};
  const Comparison comparison = compare(first, verdict, scenario->topology);
  return {fmt::format("{}: {}", comparison.holds ? "passed" : "failed", comparison.observed),
          hop_lines(verdict, scenario->topology)};
}

class ForetoldFate : public testing::TestWithParam<Story> {};

// No kernel is there to say what rules' text means, so nothing is claimed of what meets them.
bool has_rules_text(const Story& story) {
  return story.network.find("nftables") != std::string::npos;
}

TEST_P(ForetoldFate, IsTheKernels) {
  const Story& story = GetParam();
  const std::string check = check_of(story, to_string(story.fate));
  const Told told = foretell(story.network, check);
  const std::string wanted = has_rules_text(story) ? "unknown: rules not compiled" : "passed";
  EXPECT_TRUE(told.observed.starts_with(wanted))
      << told.observed << "\nthe kernel: " << story.observed << "\n"
      << fmt::format("{}", fmt::join(told.hops, "\n"));
}

INSTANTIATE_TEST_SUITE_P(Simulator, ForetoldFate, testing::ValuesIn(fate_stories()),
                         [](const auto& story) { return std::string(story.param.name); });

//  a -- r -- b, and c beside b
constexpr std::string_view kCaptured = R"(
nodes:
  a: { routes: [default via 10.1.0.1] }
  r: { forwarding: true }
  b: { routes: [default via 10.2.0.1] }
  c: { routes: [default via 10.3.0.2] }
links:
  - a:eth0 10.1.0.2/24 -- r:left 10.1.0.1/24
  - r:right 10.2.0.1/24 -- b:eth0 10.2.0.2/24
  - c:eth0 10.3.0.1/24 -- b:eth1 10.3.0.2/24
not_captured:
)";

std::string foretell_with_gap(std::string_view gap, std::string_view check) {
  return foretell(fmt::format("{}  - '{}'\n", kCaptured, gap), check).observed;
}

TEST(NotCaptured, MakesFlowsByWayOfItsNodeUnknown) {
  constexpr std::string_view kGap = "r: ipv4 rule 100: from 10.0.0.0/8 lookup 7";
  EXPECT_EQ(foretell_with_gap(kGap, "a -> b icmp: delivered"),
            "unknown: s:12:5: not captured: ipv4 rule 100: from 10.0.0.0/8 lookup 7");
  EXPECT_TRUE(foretell_with_gap(kGap, "r -> a icmp: delivered").starts_with("unknown"));
  EXPECT_TRUE(foretell_with_gap(kGap, "c -> b icmp: delivered").starts_with("passed"));
}

// Without a node it may be anywhere.
TEST(NotCaptured, ThatNamesNoNodeMakesAllFlowsUnknown) {
  EXPECT_TRUE(foretell_with_gap("a gateway of b", "c -> b icmp: delivered").starts_with("unknown"));
}

TEST(NotCaptured, OfTheLoopbackIsOfWhatANodeSendsToItself) {
  constexpr std::string_view kGap = "b: lo is down; a topology builds it up";
  EXPECT_TRUE(foretell_with_gap(kGap, "b -> 10.2.0.2 icmp: delivered").starts_with("unknown"));
  EXPECT_TRUE(foretell_with_gap(kGap, "a -> b icmp: delivered").starts_with("passed"));
}

}  // namespace
}  // namespace topoproof::checks
