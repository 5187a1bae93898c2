// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/plain_delivery.hh"

#include <algorithm>

#include "evidence/way.hh"

namespace topoproof::evidence {
namespace {

// One direction of the flow, followed from sighting to sighting as they come in order of time.
class Follower {
 public:
  Follower(NodeId from, const flow::Tuple& tuple, const Witness& witness)
      : from_(from), tuple_(tuple), witness_(witness) {}

  // RETURNS: whether all is well so far.
  bool add(const Sighting& sighting) {
    // TCP: what comes behind the handshake's first packet is not followed, as the judge does not.
    if (last_ != nullptr && sighting.packet != last_->packet) return true;
    const bool goes_on = last_ == nullptr ? sighting.node == from_ && sighting.way == Way::Out
                                          : leads_to(*last_, sighting, witness_);
    last_ = &sighting;
    return goes_on && sighting.tuple == tuple_ && !is_strangers(sighting, witness_);
  }

  bool ended_at(NodeId target) const {
    return last_ != nullptr && last_->node == target && is_taken_in(*last_, witness_);
  }

 private:
  NodeId from_;
  const flow::Tuple& tuple_;
  const Witness& witness_;
  const Sighting* last_ = nullptr;
};

// The sockets were told what belongs to a delivery, once, and nothing else.
bool sockets_agree(const Case& evidence) {
  const probe::Attempt& attempt = evidence.attempt;
  const bool ended = evidence.flow.service.protocol != flow::Protocol::Tcp || attempt.closed;
  return attempt.error == 0 && attempt.later_error == 0 && attempt.answered && ended &&
         attempt.arrivals.size() == 1 && attempt.arrivals.front().reply_error == 0;
}

}  // namespace

bool is_plain_delivery(const Case& evidence, const Witness& witness) {
  if (!sockets_agree(evidence) || evidence.sightings.empty()) return false;
  const probe::Arrival& arrival = evidence.attempt.arrivals.front();
  const NodeId sender = evidence.flow.from;
  if (arrival.node == sender || arrival.tuple.destination != evidence.flow.destination)
    return false;
  const flow::Tuple back = arrival.tuple.inverse();
  Follower request(sender, arrival.tuple, witness);
  Follower reply(arrival.node, back, witness);
  for (const Sighting& sighting : evidence.sightings) {
    const bool is_request = sighting.role == Role::Request;
    if (!is_request && sighting.role != Role::Reply) return false;
    if (!(is_request ? request : reply).add(sighting)) return false;
  }
  return request.ended_at(arrival.node) && reply.ended_at(sender);
}

bool was_routed_by(const Case& evidence, std::span<const NodeId> path) {
  std::size_t passed = 0;
  const Sighting* first = nullptr;
  const Sighting* came_in = nullptr;  // to the node where the packet is
  const auto pass = [&](NodeId node) {
    const bool again = passed > 0 && passed <= path.size() && path[passed - 1] == node;
    if (again) return true;
    return passed < path.size() && path[passed++] == node;
  };
  for (const Sighting& s : evidence.sightings) {
    if (s.role != Role::Request) continue;
    if (first == nullptr) first = &s;
    if (s.packet != first->packet) continue;
    if (s.way == Way::In) {
      if (came_in == nullptr) came_in = &s;
      continue;
    }
    // Bridged, if the TTL is the same.
    const bool is_routed = came_in == nullptr || came_in->ttl != s.ttl;
    if (is_routed && !pass(s.node)) return false;
    came_in = nullptr;
  }
  return came_in != nullptr && pass(came_in->node) && passed == path.size();
}

}  // namespace topoproof::evidence
