// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/parallel_run.hh"

#include <latch>
#include <stdexcept>

#include <gtest/gtest.h>

namespace topoproof::program {
namespace {

using scenario::ScenarioResult;

std::string number(std::size_t index) { return std::to_string(index); }

ScenarioResult make_result(std::size_t index, std::string error = "") {
  ScenarioResult result;
  result.name = number(index);
  result.error = std::move(error);
  return result;
}

std::string names(const std::vector<ScenarioResult>& results) {
  std::string text;
  for (const ScenarioResult& result : results) text += result.name + " ";
  return text;
}

TEST(ParallelRun, TellsResultsInOrderWhoeverIsFirst) {
  std::latch second_is_done(1);
  std::string told;
  const auto results = run_all({.scenarios = 2,
                                .jobs = 2,
                                .run =
                                    [&](std::size_t index, const auto&) {
                                      if (index == 0) second_is_done.wait();
                                      if (index == 1) second_is_done.count_down();
                                      return make_result(index);
                                    },
                                .name = number,
                                .on_result = [&](const auto& result) { told += result.name; }});
  EXPECT_EQ(names(results), "0 1 ");
  EXPECT_EQ(told, "01");
}

TEST(ParallelRun, MoreJobsThanScenariosAreNoMatter) {
  const auto run = [](std::size_t index, const auto&) { return make_result(index); };
  EXPECT_EQ(names(run_all({.scenarios = 3, .jobs = 64, .run = run, .name = number})), "0 1 2 ");
  EXPECT_EQ(names(run_all({.scenarios = 0, .jobs = 64, .run = run, .name = number})), "");
}

TEST(ParallelRun, BeginsNoFurtherScenarioOnceStopped) {
  std::atomic<bool> stop = false;
  const auto run = [&](std::size_t index, const auto&) {
    if (index == 1) stop = true;
    return make_result(index);
  };
  EXPECT_EQ(names(run_all({.scenarios = 5, .jobs = 1, .stop = &stop, .run = run, .name = number})),
            "0 1 ");
}

TEST(ParallelRun, WithoutKeepGoingAHarnessErrorIsTheLast) {
  const auto run = [](std::size_t index, const auto&) {
    return make_result(index, index == 1 ? "no tap" : "");
  };
  const auto run_with = [&](bool keep_going) {
    return names(
        run_all({.scenarios = 3, .jobs = 1, .keep_going = keep_going, .run = run, .name = number}));
  };
  EXPECT_EQ(run_with(false), "0 1 ");
  EXPECT_EQ(run_with(true), "0 1 2 ");
}

TEST(ParallelRun, WhatIsThrownIsTheErrorOfItsScenario) {
  const auto results = run_all({.scenarios = 1,
                                .run = [](std::size_t, const auto&) -> ScenarioResult {
                                  throw std::runtime_error("open a tap: refused");
                                },
                                .name = [](std::size_t) { return std::string("nat"); }});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].name, "nat");
  EXPECT_EQ(results[0].error, "open a tap: refused");
}

TEST(ParallelRun, TellsProgressUnderTheScenariosName) {
  std::latch told(1);
  report::RunState last;
  run_all({.scenarios = 1,
           .run =
               [&](std::size_t index, const scenario::Observer& observer) {
                 observer({scenario::Phase::Checking, 3, 7});
                 told.wait();
                 return make_result(index);
               },
           .name = [](std::size_t) { return std::string("nat"); },
           .on_progress =
               [&](const report::RunState& state) {
                 if (state.progress.flows_done == 3 && last.progress.flows_done != 3) {
                   last = state;
                   told.count_down();
                 }
               }});
  EXPECT_EQ(report::progress_line(last, 80), "0 of 1 scenario, nat: 3 of 7 flows");
}

}  // namespace
}  // namespace topoproof::program
