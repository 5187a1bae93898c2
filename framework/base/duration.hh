// SPDX-License-Identifier: GPL-2.0-or-later
// Durations as people write them: "250ms", "5s", "2m", "1h", "10us".
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof {

// A unit is required: "5" could be anything. Negative durations are refused.
std::expected<std::chrono::nanoseconds, Issue> parse_duration(std::string_view text);

// What was measured, for people: three digits, rounded up, so that what is above a limit is not
// printed as the limit. "46.1 ms", "1.52 s", "820 us".
std::string measured_text(std::chrono::nanoseconds duration);

// The shortest exact form that parse_duration reads back: 1500ms, not 1.5s.
std::string to_string(std::chrono::nanoseconds duration);

}  // namespace topoproof
