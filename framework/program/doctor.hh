// SPDX-License-Identifier: GPL-2.0-or-later
// What `topoproof doctor` says of a machine, from what the lab found out by trying.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/capabilities.hh"
#include "lab/limits.hh"

namespace topoproof::program {

// The capability that the program finds out itself, by entering one.
inline constexpr std::string_view kSandbox = "a sandbox apart from the machine's network";

// Without it no scenario can be run; without another, those that use it are skipped.
bool is_needed(std::string_view capability);

// True if all that is needed is available.
bool can_work(std::span<const lab::Capability> capabilities);

// One line a capability; then for each that is missing how to allow it; then the verdict.
std::string capabilities_text(std::span<const lab::Capability> capabilities);

// One line a limit: value, name, what it is for.
std::string limits_text(std::span<const lab::MachineLimit> limits);

}  // namespace topoproof::program
