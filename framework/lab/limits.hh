// SPDX-License-Identifier: GPL-2.0-or-later
// Limits of the machine that all namespaces share. Most can be read in the machine's own network
// namespace only, so they are read before the sandbox is entered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/planner.hh"

namespace topoproof::lab {

struct MachineLimit {
  std::string name;                    // of the sysctl, or "RLIMIT_NOFILE"
  std::optional<std::uint64_t> value;  // nothing: cannot be read from here
  std::string what_for;
  friend auto operator<=>(const MachineLimit&, const MachineLimit&) = default;
};

// Of the calling thread's surroundings. Call it before sys::enter_sandbox().
std::vector<MachineLimit> observe_limits();

// What the planner has to respect. A limit that could not be read is taken as the kernel's default.
plan::Limits plan_limits(const std::vector<MachineLimit>& limits);

}  // namespace topoproof::lab
