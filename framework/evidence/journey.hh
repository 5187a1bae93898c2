// SPDX-License-Identifier: GPL-2.0-or-later
// One direction of a flow, cut out of its evidence: what the judge looks at when it asks how far
// the packet came. Internal to this module.
#pragma once

#include <optional>
#include <string>

#include "evidence/judge.hh"
#include "evidence/sighting.hh"
#include "evidence/witness.hh"
#include "flow/trace.hh"

namespace topoproof::evidence {

struct Direction {
  NodeId from;
  Role role = Role::Request;
  flow::Tuple tuple;  // as its sender makes it
  flow::Service service;
  probe::FlowNumber number = 0;
  int error = 0;       // errno of sending it
  Sightings seen;      // of the packet itself, on its way (way.hh)
  Sightings answers;   // resets and errors about it, in order
  Sightings others;    // of a packet in fragments: those behind the first, in order
  std::string packet;  // flow::Fate::packet
  Part part = Part::None;

  PacketName name(const flow::Tuple& as) const {
    return {number, as, part, service.protocol == flow::Protocol::Raw};
  }
};

Direction request_of(const Case& evidence, const Witness& witness);
Direction reply_of(const Case& evidence, NodeId target, const flow::Tuple& at_target,
                   const Witness& witness);

// The same way for the segment that a connection stopped at behind its handshake. `part` is Data or
// End; `by` is who would have taken it in.
Direction segment_of(const Case& evidence, Direction handshake, Part part, NodeId by,
                     const Witness& witness);

// Of a packet in fragments whose first came as far as it was seen to: the way of the one that did
// not come there. Nothing: all did, or it was whole.
std::optional<Direction> missing_fragment(const Direction& direction, const Witness& witness);

// Sent, received, forwarded and translated, as seen.
flow::Trace trace_of(const Direction& direction, const Witness& witness);

struct Ending {
  flow::Fate fate;
  bool waiting = false;  // a node still asks for its neighbour: it is too early to say
  bool traced = false;   // a trace event shows the rule that ended this very packet
};

// What became of a packet that was not delivered.
Ending fate_of(const Direction& direction, Witness& witness);

// The packet as the node looks up its route: what came as `seen`, behind destination NAT.
flow::Tuple as_routed(const Direction& direction, NodeId node, const flow::Tuple& seen,
                      Witness& witness);

// Parts of fate_of. Nothing: this is not what ended it.
std::optional<flow::Fate> local_refusal(const Direction& direction, Witness& witness);
std::optional<flow::Fate> answered_end(const Direction& direction, Witness& witness);
Ending silent_end(const Direction& direction, Witness& witness);

}  // namespace topoproof::evidence
