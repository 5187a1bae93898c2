// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: each fate as it comes about in a routed pair. The kernel carries these stories out
// (runner/fate_kernel_test.cc), the simulator foretells them (simulation_test.cc).
#pragma once

#include <vector>

#include "checks/fate_story.hh"

namespace topoproof::checks {

std::vector<Story> fate_stories();

}  // namespace topoproof::checks
