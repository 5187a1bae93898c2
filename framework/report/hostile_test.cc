// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever bytes names hold, every report is well-formed and counts what the model counts.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/printable.hh"
#include "base/seed_of_run.hh"
#include "report/json.hh"
#include "report/junit.hh"
#include "report/tap.hh"
#include "report/test_runs.hh"
#include "report/text.hh"

namespace topoproof::report {
namespace {

using scenario::Outcome;

constexpr std::uint64_t kRuns = 300;

class Hostility {
 public:
  explicit Hostility(std::uint64_t seed) : random_(seed) {}

  scenario::RunResult make_run() {
    scenario::RunResult run;
    const std::size_t scenarios = below(4);
    for (std::size_t i = 0; i < scenarios; ++i) run.scenarios.push_back(make_scenario());
    return run;
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }

  // Bytes at random, and what the formats themselves mean something by.
  std::string make_text() {
    static const std::vector<std::string> kPieces{
        "]]>",     "&amp;",   "<!--",           "\"",       "'",
        "# SKIP",  "\n...\n", "\n1..9\nok 1\n", "\\",       "\r\n",
        "\x1b[2J", "ü",       "\xed\xa0\x80",   "\xf0\x9f", std::string(1, '\0')};
    std::string text;
    const std::size_t pieces = below(6);
    for (std::size_t i = 0; i < pieces; ++i) {
      text += below(2) == 0 ? kPieces[below(kPieces.size())]
                            : std::string(1, static_cast<char>(below(256)));
    }
    return text;
  }

  scenario::CheckResult make_check() {
    return {.name = make_text(),
            .where = {make_text(), static_cast<int>(below(3)), static_cast<int>(below(3))},
            .outcome = static_cast<Outcome>(below(5)),
            .expected = make_text(),
            .observed = make_text(),
            .hops = {make_text(), make_text()},
            .notes = {make_text()},
            .pcap = make_text(),
            .reproduce = make_text()};
  }

  scenario::ScenarioResult make_scenario() {
    scenario::ScenarioResult scenario{.name = make_text(), .file = make_text()};
    scenario.interrupted = below(3) == 0;
    if (below(3) == 0) scenario.error = make_text();
    if (below(3) == 0) scenario.issues = {make_issue({make_text(), 1, 2}, make_text())};
    const std::size_t checks = below(5);
    for (std::size_t i = 0; i < checks; ++i) scenario.checks.push_back(make_check());
    return scenario;
  }

  std::mt19937_64 random_;
};

class HostileNames : public testing::Test {
 protected:
  template <typename Property>
  void for_all_runs(Property property) {
    const std::uint64_t start = seed_of_run();
    for (std::uint64_t seed = start; seed < start + kRuns && !HasFailure(); ++seed) {
      SCOPED_TRACE(fmt::format("TOPOPROOF_SEED={}", seed));
      property(Hostility(seed).make_run());
    }
  }
};

bool is_clean(const std::string& text) {
  return valid_utf8(text) == text && std::ranges::all_of(text, [](char c) {
           return c == '\n' || static_cast<unsigned char>(c) >= 0x20;
         });
}

std::size_t cut_short_in(const scenario::RunResult& run) {
  return static_cast<std::size_t>(std::ranges::count_if(run.scenarios, scenario::is_cut_short));
}

std::size_t lines_starting_with(const std::string& text, const std::string& start) {
  std::size_t count = text.starts_with(start) ? 1 : 0;
  for (std::size_t at = 0; (at = text.find("\n" + start, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST_F(HostileNames, JunitIsWellFormedAndCountsRight) {
  for_all_runs([](const scenario::RunResult& run) {
    const std::string text = to_junit(run);
    EXPECT_TRUE(is_clean(text)) << text;
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(text.c_str(), pugi::parse_full)) << text;
    const scenario::Counts counts = count(run);
    const std::size_t cut_short = cut_short_in(run);
    EXPECT_EQ(document.select_nodes("//testcase").size(), counts.total() + cut_short);
    EXPECT_EQ(document.select_nodes("//failure").size(), counts.failed + counts.diverged);
    EXPECT_EQ(document.select_nodes("//error").size(), counts.errors + cut_short);
    EXPECT_EQ(document.select_nodes("//skipped").size(), counts.skipped);
  });
}

TEST_F(HostileNames, JsonIsWellFormedAndCountsRight) {
  for_all_runs([](const scenario::RunResult& run) {
    const auto document = nlohmann::json::parse(to_json(run));
    const scenario::Counts counts = count(run);
    EXPECT_EQ(document["counts"]["passed"], counts.passed);
    EXPECT_EQ(document["counts"]["errors"], counts.errors);
    EXPECT_EQ(document["scenarios"].size(), run.scenarios.size());
  });
}

TEST_F(HostileNames, TapHasItsPlannedPointsAndNoOthers) {
  for_all_runs([](const scenario::RunResult& run) {
    const std::string text = to_tap(run);
    EXPECT_TRUE(is_clean(text)) << text;
    const scenario::Counts counts = count(run);
    const std::size_t cut_short = cut_short_in(run);
    const std::string planned = std::to_string(counts.total() + cut_short);
    EXPECT_EQ(lines_starting_with(text, "1.." + planned + "\n"), 1U);
    EXPECT_EQ(lines_starting_with(text, "ok "), counts.passed + counts.skipped) << text;
    EXPECT_EQ(lines_starting_with(text, "not ok "),
              counts.failed + counts.diverged + counts.errors + cut_short)
        << text;
  });
}

TEST_F(HostileNames, TextHoldsNothingThatATerminalObeys) {
  for_all_runs([](const scenario::RunResult& run) {
    std::string text = summary_text(run);
    for (const auto& scenario : run.scenarios) text += scenario_text(scenario, {.verbose = true});
    EXPECT_TRUE(is_clean(text)) << text;
  });
}

}  // namespace
}  // namespace topoproof::report
