// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the kernel still trusts itself: its taint flags and the complaints in its log.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace topoproof::campaign {

struct KernelHealth {
  std::string taint = {};                      // a number; "unknown" where it cannot be read
  std::optional<std::size_t> complaints = {};  // in the log; none where it cannot be read
  friend bool operator==(const KernelHealth&, const KernelHealth&) = default;
};
KernelHealth observe_health();

// Lines that begin a report: warnings, bugs, oopses, stalls, sanitizers of the kernel.
std::size_t count_complaints(std::string_view log);

}  // namespace topoproof::campaign
