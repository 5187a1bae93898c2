// SPDX-License-Identifier: GPL-2.0-or-later
// The way of a packet, hop by hop, in the same words for kernel and simulator.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hh"
#include "base/issue.hh"
#include "flow/fate.hh"
#include "flow/flow.hh"

namespace topoproof::flow {

enum class StepKind {
  Sent,        // left the sender's own stack by `interface`
  Received,    // came in by `interface`
  Forwarded,   // went out by `interface` at a node that is not the sender
  Translated,  // NAT changed the tuple; `tuple` is the new one
  Rule,        // a rule decided; `detail` is its text, `origin` its file and line
  Route,       // `detail` is the route that was taken or missing
  Neighbor,    // `detail` says who was asked for
  Answered,    // an answer was sent; `detail` says which
  Delivered,
  Died,  // the last step of a packet that was not delivered; `detail` says why
};
std::string_view to_string(StepKind kind);

struct Step {
  StepKind kind = StepKind::Received;
  NodeId node;
  std::string interface = {};
  Tuple tuple = {};
  std::uint8_t ttl = 0;  // 0: not known
  std::string detail = {};
  Location origin = {};
  friend auto operator<=>(const Step&, const Step&) = default;
};

using Trace = std::vector<Step>;

// One direction of a flow: what was sent, and what became of it.
struct Journey {
  Fate fate;
  Trace trace;
  friend auto operator<=>(const Journey&, const Journey&) = default;
};

// The nodes that a trace passes, in order, each once in a row.
std::vector<NodeId> path_of(const Trace& trace);

}  // namespace topoproof::flow
