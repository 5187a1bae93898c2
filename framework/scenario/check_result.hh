// SPDX-License-Identifier: GPL-2.0-or-later
// From a judged flow to the result of its check. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "explain/explanation.hh"
#include "scenario/outcome.hh"
#include "scenario/runner.hh"
#include "scenario/scenario.hh"
#include "scenario/wave.hh"

namespace topoproof::scenario {

// What is told of checks that passed, beside of those that did not.
struct Detail {
  bool hops = false;
  bool ways = false;
};
Detail detail_of(const RunOptions& options);

CheckResult make_result(const Check& check, const Judged& judged, const Scenario& scenario,
                        const Detail& detail);

// Its sender, then the node that has its destination's address, if one has.
std::vector<NodeId> nodes_of(const flow::Flow& flow, const topology::Topology& topology);

Way way_of(const evidence::Verdict& verdict);

// The command that repeats this check alone.
std::string repeat_command(const Check& check, const Scenario& scenario);

explain::Explanation explain_verdict(const flow::Flow& flow, const evidence::Verdict& verdict,
                                     const topology::Topology& topology);

// Silence at a tap that lost frames proves nothing, and presence may be half of it: makes all
// checks errors, but for those that were skipped. `nodes`: those with such taps.
void blame_lost_frames_at(std::span<const std::string> nodes, std::vector<CheckResult>& checks);

}  // namespace topoproof::scenario
