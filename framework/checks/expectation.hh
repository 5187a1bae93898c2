// SPDX-License-Identifier: GPL-2.0-or-later
// Compares what was observed with what a check says, and puts both into words. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "evidence/judge.hh"
#include "scenario/scenario.hh"

namespace topoproof::checks {

struct Comparison {
  bool holds = true;
  std::string expected;
  std::string observed;
};

Comparison compare(const scenario::Check& check, const evidence::Verdict& verdict,
                   const topology::Topology& topology);

// The nodes that routed the packet, sender and target among them: a node that only bridged it
// (same TTL in and out) is not of the path.
std::vector<NodeId> routed_path(const flow::Trace& trace);

// One hop in a line.
std::string hop_line(const flow::Step& step, const topology::Topology& topology);
// One line a hop, of the request and then of the reply.
std::vector<std::string> hop_lines(const evidence::Verdict& verdict,
                                   const topology::Topology& topology);

}  // namespace topoproof::checks
