// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel asked what the simulator is asked: packets through a masquerading router, one by one,
// each a new flow, and what left the router.
#pragma once

#include <cstdint>

#include "figure.hh"

namespace topoproof::bench {

// A router of twenty rules as bench_sim.cc has it, in the kernel. REQUIRES: the process is in a
// sandbox. THROWS: SystemError; std::runtime_error if a packet does not arrive.
Cost ask_kernel(std::uint16_t flows);

}  // namespace topoproof::bench
