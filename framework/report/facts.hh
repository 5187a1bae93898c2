// SPDX-License-Identifier: GPL-2.0-or-later
// What a report says about one check, in the order in which a person wants to know it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/outcome.hh"

namespace topoproof::report {

struct Fact {
  std::string_view label;  // "expected"; empty: goes on with the fact before
  std::string text;        // printable
};

// Expected, observed, why and what to change, the way hop by hop, notes, the capture's path, the
// command that repeats it. What is not there is left out.
std::vector<Fact> facts(const scenario::CheckResult& check);

// One fact a line, labels in a column, each line after `indent`.
std::string facts_text(const scenario::CheckResult& check, std::string_view indent);

// For people: "84 ms", "1.52 s".
std::string short_duration(std::chrono::nanoseconds duration);

// All that was measured of a scenario.
std::chrono::nanoseconds total_time(const scenario::ScenarioResult& scenario);

// "1 check", "14 checks"
// ", 2 diverged (1 of them failed as well)"; empty if there are none.
std::string diverged_text(const scenario::Counts& counts);

std::string counted(std::size_t count, std::string_view noun);

// Why a scenario could not be run: its issues and its error, one a line; else empty.
std::string obstacle(const scenario::ScenarioResult& scenario);

}  // namespace topoproof::report
