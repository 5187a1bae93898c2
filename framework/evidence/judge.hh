// SPDX-License-Identifier: GPL-2.0-or-later
// From evidence to fate. Pure: what it is not shown or told by the witness it does not conclude.
// No fate follows from silence alone; what cannot be proved is Lost, with what was seen.
#pragma once

#include <optional>
#include <string>

#include "evidence/sighting.hh"
#include "evidence/witness.hh"
#include "flow/trace.hh"
#include "probe/prober.hh"

namespace topoproof::evidence {

struct Case {
  flow::Flow flow;
  probe::FlowNumber number = 0;
  probe::Attempt attempt;
  Sightings sightings;  // in order of time
};

struct Verdict {
  flow::Journey request;
  std::optional<flow::Journey> reply = {};  // only if the request was delivered
  // The tuple as the target saw it, and as the sender saw the reply: what NAT made of the flow.
  std::optional<flow::Tuple> at_target = {};
  std::optional<flow::Tuple> back_at_sender = {};
};

Verdict judge(const Case& evidence, Witness& witness);

// What a negative verdict still lacks: a fence that was seen wherever the request was seen last.
// Local refusals (an errno and nothing on any tap) and answers on the wire need none.
bool needs_fence(const Case& evidence);
bool fence_passed(const Case& evidence);

}  // namespace topoproof::evidence
