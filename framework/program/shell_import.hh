// SPDX-License-Identifier: GPL-2.0-or-later
// A user's script, run as root of a machine that it has for itself (sys/contained_run.hh).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sys/contained_run.hh"

namespace topoproof::program {

// What the script is run with: what its first line says, or sh.
std::vector<std::string> interpreter_of(std::string_view script);

// `file` is the script, as it is named from here, and `text` what it says.
sys::ContainedProgram contained_script(const std::string& file, std::string_view text);

// What failed in the script, in words, a line each: of bash, which can tell it ("a.sh:3: 'false'
// ended with 1"). Commands that are asked (if, &&, ||) do not fail.
std::vector<std::string> failures_of(const sys::ContainedRun& run);

}  // namespace topoproof::program
