// SPDX-License-Identifier: GPL-2.0-or-later
// From a judged flow to the result of its check. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/judged.hh"
#include "explain/explanation.hh"
#include "scenario/outcome.hh"
#include "scenario/scenario.hh"

namespace topoproof::checks {

// What is told of checks that passed, beside of those that did not.
struct Detail {
  bool hops = false;
  bool ways = false;
};

scenario::CheckResult make_result(const scenario::Check& check, const Judged& judged,
                                  const scenario::Scenario& scenario, const Detail& detail);

// Its sender, then the node that has its destination's address, if one has.
std::vector<NodeId> nodes_of(const flow::Flow& flow, const topology::Topology& topology);

scenario::Way way_of(const evidence::Verdict& verdict);

// The command that repeats this check of the file alone.
std::string repeat_command(const std::string& check, const scenario::Scenario& scenario,
                           const std::string& file);
// " --variant no-nat": those that were asked for.
std::string variant_words(const scenario::Scenario& scenario);

explain::Explanation explain_verdict(const flow::Flow& flow, const evidence::Verdict& verdict,
                                     const topology::Topology& topology);

// Silence at a tap that lost frames proves nothing, and presence may be half of it: makes all
// checks errors, but for those that were skipped. `nodes`: those with such taps.
void blame_lost_frames_at(std::span<const std::string> nodes,
                          std::vector<scenario::CheckResult>& checks);

}  // namespace topoproof::checks
