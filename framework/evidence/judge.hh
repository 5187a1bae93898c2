// SPDX-License-Identifier: GPL-2.0-or-later
// From evidence to fate. Pure: what it is not shown or told by the witness it does not conclude.
// No fate follows from silence alone; what cannot be proved is Lost, with what was seen.
#pragma once

#include <chrono>
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
  // The tuple that the sender made, before its own node translated it. Nothing of raw frames, and
  // only if the request was delivered.
  std::optional<flow::Tuple> sent = {};
  // The tuple as the target saw it, and as the sender saw the reply: what NAT made of the flow.
  std::optional<flow::Tuple> at_target = {};
  std::optional<flow::Tuple> back_at_sender = {};
  // From the packet's first sighting to the last of its reply, or of itself.
  std::chrono::nanoseconds took{};
  // The node where a packet vanished without a word: its rules may tell why, if they are traced.
  std::optional<NodeId> vanished_at = {};
  // Where the packet that vanished was seen last, of the request or the reply.
  std::optional<Sighting> last_seen = {};
  // Whether there was a reply is not told: a program of the user's was asked over UDP.
  bool reply_unknown = false;
  // Nor, over TCP, what became of the connection behind its handshake.
  bool only_connected = false;
  // A trace event shows the rule that ended that packet.
  bool traced = false;
  // A node still asks for its neighbour: an answer, or its giving up, is still to come.
  bool waiting = false;
  // Not empty: the harness itself could not send what the flow asks for.
  std::string trouble = {};
};

Verdict judge(const Case& evidence, Witness& witness);

// A verdict from silence stands only if a fence was seen wherever the packet was seen last. Local
// refusals, answers on the wire, what was never seen on a wire, and a packet that the kernel itself
// tells to have dropped need none; where rules keep state a fence would change it, besides.
bool needs_fence(const Verdict& verdict);
bool fence_passed(const Case& evidence, const Verdict& verdict);

}  // namespace topoproof::evidence
