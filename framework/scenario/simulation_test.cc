// SPDX-License-Identifier: GPL-2.0-or-later
// The simulator against the stories that the kernel has told.
#include "scenario/simulation.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scenario/expectation.hh"
#include "scenario/fate_stories.hh"
#include "scenario/reader.hh"

namespace topoproof::scenario {
namespace {

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

}  // namespace
}  // namespace topoproof::scenario
