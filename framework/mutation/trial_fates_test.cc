// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of mutants when something happens to the trial.
#include <atomic>

#include <gtest/gtest.h>

#include "mutation/trial.hh"
#include "mutation/trial_text.hh"
#include "runner/simulated_run.hh"
#include "scenario/reader.hh"

namespace topoproof::mutation::trial_fates_test {
namespace {

using Seen = std::expected<scenario::ScenarioResult, std::string>;

constexpr std::string_view kPair = R"(
name: pair
nodes: { red: {}, blue: {} }
links: [ red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24 ]
checks:
  - red -> blue icmp: delivered
  - red -> blue tcp/80: refused
)";

Seen simulate(const Network& network) {
  return runner::simulate(network.scenario, compiler_of(network));
}

scenario::ScenarioResult failure(std::string why) {
  scenario::ScenarioResult result;
  result.error = std::move(why);
  return result;
}

class Fates : public testing::Test {
 protected:
  // `run` is told how many networks came before.
  TrialResult try_all(const std::function<Seen(const Network&, int)>& run) {
    return try_mutants(scenario::parse_scenario(kPair, "p.yaml").value(), {},
                       {.run = [&](const Network& n) { return run(n, runs_++); }, .stop = &stop_});
  }

  std::atomic<bool> stop_ = false;
  int runs_ = 0;
};

TEST_F(Fates, WhatWasNotTriedBeforeItWasStoppedIsNotKilled) {
  const auto result = try_all([&](const Network& network, int before) {
    if (before == 1) stop_ = true;
    return simulate(network);
  });
  EXPECT_TRUE(result.interrupted);
  EXPECT_GT(result.mutants.size(), 5U);
  EXPECT_GE(result.count(Fate::NotTried), result.mutants.size() - 1);
  EXPECT_FALSE(result.notices_all());
  EXPECT_TRUE(result.passes.empty());
  EXPECT_TRUE(result.worthless.empty());
  const std::string text = to_text(result);
  EXPECT_TRUE(text.contains(" not tried (p.yaml)\n  interrupted: ")) << text;
  EXPECT_TRUE(summary_text({&result, 1}).starts_with("interrupted: 1 scenario, ")) << text;
  EXPECT_TRUE(to_json({&result, 1}).contains("\"fate\": \"not tried\""));
}

TEST_F(Fates, StoppedInTheFirstRunNothingWasTried) {
  stop_ = true;
  const auto result = try_all([&](const Network& network, int) -> Seen {
    return runner::simulate(network.scenario, compiler_of(network), {.stop = &stop_});
  });
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.count(Fate::NotTried), result.mutants.size());
}

// A machine without room for one more namespace.
TEST_F(Fates, AFailureOfTheMachineIsNoRefusal) {
  const auto result = try_all([](const Network& network, int before) -> Seen {
    if (before < 3) return simulate(network);
    return failure("create a namespace: No space left on device");
  });
  EXPECT_TRUE(result.could_not_run);
  EXPECT_EQ(result.error, "create a namespace: No space left on device");
  EXPECT_EQ(result.count(Fate::Refused), 0U);
  EXPECT_GE(result.count(Fate::NotTried), result.mutants.size() - 2);
  const std::string text = to_text(result);
  EXPECT_TRUE(text.contains("No space left on device")) << text;
}

TEST_F(Fates, AFailureThatPassesIsNoRefusal) {
  const auto result = try_all([](const Network& network, int before) -> Seen {
    return before == 1 ? failure("too many open files") : simulate(network);
  });
  EXPECT_FALSE(result.could_not_run);
  EXPECT_EQ(result.count(Fate::Refused), 0U);
  EXPECT_EQ(result.count(Fate::NotTried), 0U);
}

TEST_F(Fates, ANetworkThatCannotBeIsRefused) {
  const auto result = try_all([](const Network& network, int) -> Seen {
    const bool is_whole =
        network.scenario.topology.node(NodeId(0)).forwarding == topology::Node().forwarding;
    return is_whole ? simulate(network) : failure("the planner refuses it");
  });
  EXPECT_FALSE(result.could_not_run);
  EXPECT_EQ(result.count(Fate::Refused), 1U) << to_text(result, {.verbose = true});
}

TEST_F(Fates, WhatTheKernelCannotBeGivenIsUnknown) {
  const auto result = try_all([](const Network& network, int before) -> Seen {
    if (before == 1) return std::unexpected("nft has no words");
    return simulate(network);
  });
  EXPECT_EQ(result.count(Fate::Unknown), 1U);
  EXPECT_EQ(result.count(Fate::Refused), 0U);
  EXPECT_TRUE(to_text(result).contains("nft has no words"));
}

TEST_F(Fates, AFateAndANameHaveABlankBetweenThem) {
  const auto result = try_all([](const Network& network, int) { return simulate(network); });
  EXPECT_GT(result.count(Fate::Equivalent), 0U);
  const std::string text = to_text(result, {.verbose = true});
  EXPECT_TRUE(text.contains("  equivalent red")) << text;
}

}  // namespace
}  // namespace topoproof::mutation::trial_fates_test
