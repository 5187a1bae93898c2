// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/trial.hh"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "mutation/trial_text.hh"
#include "runner/simulated_run.hh"
#include "scenario/reader.hh"

namespace topoproof::mutation {
namespace {

//   red .1 --- .2 host .2 --- .1 blue
//     10.0.0.0/24      10.1.0.0/24
scenario::Scenario forward_with(std::string_view checks) {
  const std::string text = fmt::format(R"(
name: forward
nodes:
  red:  {{}}
  host:
    forwarding: true
    port_forwards: [{{ in: eth0, tcp: 80, to: 10.1.0.1:80 }}]
  blue: {{ routes: [default via 10.1.0.2] }}
links:
  - red:eth0 10.0.0.1/24 -- host:eth0 10.0.0.2/24
  - host:eth1 10.1.0.2/24 -- blue:eth0 10.1.0.1/24
checks:
{})",
                                       checks);
  const auto scenario = scenario::parse_scenario(text, "f.yaml");
  if (!scenario) throw std::runtime_error(to_string(scenario.error()));
  return *scenario;
}

TrialResult try_all(const scenario::Scenario& scenario, const std::string& only = "") {
  return try_mutants(scenario, {},
                     {.run =
                          [](const Network& planted) {
                            return runner::simulate(planted.scenario, compiler_of(planted));
                          },
                      .select = [&](const Mutant& mutant) { return mutant.name.contains(only); }});
}

const MutantResult& find(const TrialResult& result, std::string_view name) {
  const auto found = std::ranges::find_if(
      result.mutants, [&](const MutantResult& mutant) { return mutant.name.contains(name); });
  if (found == result.mutants.end())
    throw std::runtime_error("there is no mutant " + std::string(name));
  return *found;
}

constexpr std::string_view kForwarded =
    "  - { flow: red -> host tcp/80, should: delivered at blue }\n";

TEST(Trial, KillsWhatACheckNotices) {
  const auto result = try_all(forward_with(kForwarded), "wrong host");
  const MutantResult& wrong = find(result, "wrong host");
  EXPECT_EQ(wrong.fate, Fate::Killed);
  EXPECT_EQ(wrong.killers, std::vector<std::string>{"red -> host tcp/80: delivered at blue"});
}

TEST(Trial, TellsTheCheckThatWouldNotice) {
  const auto result = try_all(forward_with(kForwarded), "protocol match dropped");
  const MutantResult& mutant = find(result, "protocol match dropped");
  EXPECT_EQ(mutant.fate, Fate::Survived);
  EXPECT_EQ(mutant.check, "- red -> host udp/80: refused at host\n");
  EXPECT_TRUE(to_text(result).contains(mutant.check)) << to_text(result);
}

const std::string kForward = "f.yaml:7:";  // the rule

// Each check that it tells is added, until all is noticed: then none is left.
TEST(Trial, IsContentWithTheChecksThatItTells) {
  std::string checks(kForwarded);
  std::size_t told = 0;
  for (int round = 0; round < 2; ++round) {
    const auto result = try_all(forward_with(checks), kForward);
    ASSERT_TRUE(result.error.empty()) << result.error << "\n" << checks;
    for (const MutantResult& mutant : result.mutants) {
      if (mutant.check.empty()) continue;
      ++told;
      std::string indented = "  " + mutant.check;
      for (auto at = indented.find('\n'); at + 1 < indented.size();
           at = indented.find('\n', at + 1)) {
        indented.insert(at + 1, "  ");
      }
      checks += indented;
    }
  }
  const auto result = try_all(forward_with(checks), kForward);
  EXPECT_EQ(result.count(Fate::Survived), 0U) << to_text(result) << checks;
  EXPECT_TRUE(result.notices_all()) << to_text(result);
  EXPECT_GT(told, 0U);
  EXPECT_GT(result.count(Fate::Killed), 15U);
}

TEST(Trial, ProvesEquivalenceByAskingAllFlows) {
  const auto result = try_all(forward_with(kForwarded), "blue: f.yaml:8: forwarding on");
  const MutantResult& mutant = find(result, "forwarding on");
  EXPECT_EQ(mutant.fate, Fate::Equivalent);
  EXPECT_EQ(mutant.note, fmt::format("none of {} flows ends otherwise", result.flows));
}

TEST(Trial, FindsScenariosThatSayNothing) {
  const auto negative =
      try_all(forward_with("  - red -> host tcp/81: refused at host\n"), "forwarding off");
  EXPECT_EQ(negative.passes, std::vector<std::string>{"without any rules"});
  const auto positive =
      try_all(forward_with("  - red -> host icmp: delivered\n"), "forwarding off");
  EXPECT_EQ(positive.passes,
            (std::vector<std::string>{"without any rules", "when everyone answers"}));
  EXPECT_FALSE(positive.notices_all());
}

TEST(Trial, BeginsWithAScenarioThatPasses) {
  const auto result = try_all(forward_with("  - red -> host tcp/80: refused at host\n"));
  EXPECT_TRUE(result.error.contains("is failed without any mistake")) << result.error;
  EXPECT_TRUE(result.mutants.empty());
}

TEST(Trial, ToldAsJsonHasAVersion) {
  const auto result = try_all(forward_with(kForwarded), "forwarding off");
  EXPECT_TRUE(to_json({&result, 1}).starts_with("{\n  \"version\": 1,"));
}

}  // namespace
}  // namespace topoproof::mutation
