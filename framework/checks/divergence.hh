// SPDX-License-Identifier: GPL-2.0-or-later
// Where kernel and simulator say different things of one flow: the first hop that differs, else
// the end. Pure.
#pragma once

#include <optional>
#include <string>

#include "evidence/judge.hh"
#include "sim/simulator.hh"
#include "topology/topology.hh"

namespace topoproof::checks {

// "hop 3: host:eth0 forwarded ... in the kernel, host:v-eth-0 forwarded ... in the simulator".
// What only one of them tells (an answer that the kernel's limiter kept back, a place that nobody
// can prove) is no difference; nor is another port of those that a translation could have drawn.
std::optional<std::string> first_difference(const evidence::Verdict& kernel,
                                            const sim::Prediction& simulated,
                                            const topology::Topology& topology);

}  // namespace topoproof::checks
