// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/judge.hh"

#include <algorithm>

#include <fmt/format.h>

#include "evidence/journey.hh"
#include "evidence/way.hh"
#include "sys/error.hh"

namespace topoproof::evidence {
namespace {

using flow::FateKind;

struct Delivery {
  NodeId node;
  flow::Tuple tuple;  // as the target saw the request
  std::string proof;
};

// The target's socket got it, or its kernel's own answer was captured where it left.
// Of what is sent to a group the sender's own copy tells nothing of the network (ip_mc_output).
std::optional<Delivery> delivery_of(const Case& evidence) {
  const auto counts = [&](NodeId node) {
    return !evidence.flow.destination.is_multicast() || node != evidence.flow.from;
  };
  const auto& arrivals = evidence.attempt.arrivals;
  const auto arrival = std::ranges::find_if(arrivals, counts, &probe::Arrival::node);
  if (arrival != arrivals.end()) {
    return Delivery{arrival->node, arrival->tuple, "the target's socket got it"};
  }
  if (evidence.flow.service.protocol == flow::Protocol::Udp) return std::nullopt;
  const auto reply = std::ranges::find_if(evidence.sightings, [&](const Sighting& s) {
    return s.role == Role::Reply && counts(s.node);
  });
  if (reply != evidence.sightings.end() && reply->way == Way::Out) {
    return Delivery{reply->node, reply->tuple.inverse(), "the target's kernel answered"};
  }
  return std::nullopt;
}

bool asks_in_vain(NodeId node, const IpAddress& target, const RouteAnswer& route,
                  Witness& witness) {
  const auto neighbor = witness.neighbor(node, route.interface, route.gateway.value_or(target));
  return neighbor == NeighborAnswer::Failed || neighbor == NeighborAnswer::Incomplete;
}

// Whether a SYN+ACK of this tuple was made and could not leave. Where there are rules, they may
// have dropped the SYN itself: then only a rule that took the SYN+ACK tells.
bool answer_is_stuck(const Direction& request, NodeId node, const flow::Tuple& answer,
                     Witness& witness) {
  if (witness.has_rules(node)) {
    const auto hit = witness.rule_hit(node, request.name(answer));
    return hit && hit->exact && hit->verdict != RuleHit::Verdict::Accept;
  }
  const RouteAnswer route = witness.route(node, answer, 0);
  return route.error != 0 || asks_in_vain(node, answer.destination, route, witness);
}

// TCP alone: its kernel could not send the SYN+ACK, so no socket was told.
std::optional<Delivery> delivery_without_answer(const Direction& request, Witness& witness) {
  if (request.service.protocol != flow::Protocol::Tcp) return std::nullopt;
  if (request.seen.empty() || !is_taken_in(request.seen.back(), witness)) return std::nullopt;
  const Sighting& last = request.seen.back();
  const flow::Service service{flow::Protocol::Tcp, last.tuple.destination_port};
  if (!witness.listens(last.node, service)) return std::nullopt;
  const auto route = witness.route(last.node, last.tuple, last.interface);
  if (route.kind != RouteAnswer::Kind::Local) return std::nullopt;
  if (!answer_is_stuck(request, last.node, last.tuple.inverse(), witness)) return std::nullopt;
  return Delivery{last.node, last.tuple, "it came to a listening host that cannot answer"};
}

// UDP to a program of the user's, which says nothing to us: what comes to its host, and is taken by
// no rule, is given to its socket. For a closed port the kernel would have answered (its errors are
// not limited here).
std::optional<Delivery> delivery_to_program(const Direction& request, Witness& witness) {
  if (request.service.protocol != flow::Protocol::Udp) return std::nullopt;
  if (request.seen.empty() || !request.answers.empty()) return std::nullopt;
  const Sighting& last = request.seen.back();
  const flow::Service service{flow::Protocol::Udp, last.tuple.destination_port};
  if (!is_taken_in(last, witness) || !witness.is_program(last.node, service)) return std::nullopt;
  if (witness.has_rules(last.node)) {
    const auto hit = witness.rule_hit(last.node, request.name(last.tuple));
    const bool passed = !hit || hit->verdict == RuleHit::Verdict::Accept;
    if (!witness.traces_rules(last.node) || !passed) return std::nullopt;
  }
  const auto route = witness.route(last.node, last.tuple, last.interface);
  if (route.kind != RouteAnswer::Kind::Local) return std::nullopt;
  return Delivery{last.node, last.tuple, "it came to a program that listens, and nothing took it"};
}

// What it answers is its own; over TCP, that it took the connection is seen at the sender.
std::optional<std::string> answer_of_program(const Case& evidence, const Delivery& delivery,
                                             const Witness& witness) {
  const flow::Service service{evidence.flow.service.protocol, delivery.tuple.destination_port};
  const bool is_connected = evidence.attempt.connected && service.protocol == flow::Protocol::Tcp;
  if (!is_connected || !witness.is_program(delivery.node, service)) return std::nullopt;
  return "the sender was connected";
}

flow::Step final_step(const flow::Fate& fate, flow::StepKind kind, const flow::Trace& trace) {
  flow::Step step{.kind = kind, .node = fate.at.value_or(NodeId()), .detail = fate.proof};
  if (!trace.empty()) step.tuple = trace.back().tuple;
  return step;
}

flow::Journey delivered(const Direction& direction, NodeId node, std::string proof,
                        const Witness& witness) {
  flow::Journey journey{
      .fate = {.kind = FateKind::Delivered, .at = node, .proof = std::move(proof)},
      .trace = trace_of(direction, witness)};
  journey.trace.push_back(final_step(journey.fate, flow::StepKind::Delivered, journey.trace));
  return journey;
}

flow::Journey died(const Direction& first, Witness& witness, Verdict& out) {
  const Direction direction = missing_fragment(first, witness).value_or(first);
  Ending ending = fate_of(direction, witness);
  ending.fate.packet = direction.packet;
  out.waiting = ending.waiting;
  out.traced = ending.traced;
  // What was refused to the sender's face did not vanish; all else may be the work of rules.
  if (!ending.fate.answer && direction.error == 0) out.vanished_at = ending.fate.at;
  if (!ending.fate.answer && !direction.seen.empty()) out.last_seen = direction.seen.back();
  flow::Journey journey{.fate = std::move(ending.fate), .trace = trace_of(direction, witness)};
  journey.trace.push_back(final_step(journey.fate, flow::StepKind::Died, journey.trace));
  return journey;
}

// Where a connection came to a stop behind its handshake.
struct Stop {
  bool of_reply = false;
  Part part = Part::Data;
};

// Nothing: it did not, or its target is a program of the user's, which ends it as it likes.
std::optional<Stop> stop_of(const Case& evidence, const Delivery& delivery,
                            const Witness& witness) {
  const probe::Attempt& attempt = evidence.attempt;
  const flow::Service service{flow::Protocol::Tcp, delivery.tuple.destination_port};
  const bool goes_on = evidence.flow.service.protocol == flow::Protocol::Tcp && attempt.connected;
  if (!goes_on || witness.is_program(delivery.node, service)) return std::nullopt;
  if (attempt.arrivals.empty()) return Stop{false, Part::Data};
  if (!attempt.answered) return Stop{true, Part::Data};
  if (attempt.closed) return std::nullopt;
  return Stop{attempt.ended_at_target, Part::End};
}

void judge_reply(const Case& evidence, const Delivery& delivery, const std::optional<Stop>& stop,
                 Witness& witness, Verdict& out) {
  Direction reply = reply_of(evidence, delivery.node, delivery.tuple, witness);
  const auto back = std::ranges::find_if(reply.seen, [&](const Sighting& s) {
    return s.node == evidence.flow.from && s.way == Way::In && s.for_this_host;
  });
  if (back != reply.seen.end()) out.back_at_sender = back->tuple;
  std::optional<std::string> proof = answer_of_program(evidence, delivery, witness);
  out.only_connected = proof.has_value();
  if (stop) {
    reply = segment_of(evidence, std::move(reply), stop->part, evidence.flow.from, witness);
  } else if (evidence.attempt.answered) {
    proof = "the sender's socket got it";
  }
  out.reply = proof ? delivered(reply, evidence.flow.from, *std::move(proof), witness)
                    : died(reply, witness, out);
}

// An echo's socket does not tell what source the kernel chose for it: where the node's own rules
// may have changed it, the route tells.
std::optional<flow::Tuple> sent_tuple(const Case& evidence, const Direction& request,
                                      Witness& witness) {
  if (evidence.attempt.sent) return evidence.attempt.sent;
  if (evidence.flow.service.protocol == flow::Protocol::Raw) return std::nullopt;
  flow::Tuple sent = request.tuple;
  sent.destination = evidence.flow.destination;
  if (evidence.flow.source) {
    sent.source = *evidence.flow.source;
  } else if (witness.has_rules(request.from)) {
    flow::Tuple question = sent;
    question.source = sent.source.is_v4() ? IpAddress() : IpAddress(Ipv6Address());
    sent.source = witness.route(request.from, question, 0).source.value_or(sent.source);
  }
  return sent;
}

std::chrono::nanoseconds duration_of(const Sightings& sightings) {
  const auto is_fence = [](const Sighting& s) { return s.role == Role::Fence; };
  const auto last = std::ranges::find_if_not(sightings.rbegin(), sightings.rend(), is_fence);
  if (last == sightings.rend()) return {};
  return std::chrono::nanoseconds(last->time_ns - sightings.front().time_ns);
}

// An errno that says nothing of the network: the flow could not be sent as it was asked for.
bool harness_failed(const Direction& request, const flow::Fate& fate) {
  return request.error != 0 && request.seen.empty() && fate.kind == FateKind::Lost;
}

}  // namespace

Verdict judge(const Case& evidence, Witness& witness) {
  Verdict out;
  out.took = duration_of(evidence.sightings);
  const Direction request = request_of(evidence, witness);
  auto delivery = delivery_of(evidence);
  if (!delivery) delivery = delivery_without_answer(request, witness);
  if (!delivery) {
    delivery = delivery_to_program(request, witness);
    out.reply_unknown = delivery.has_value();
  }
  const auto stop = delivery ? stop_of(evidence, *delivery, witness) : std::nullopt;
  if (stop && !stop->of_reply) {
    out.request =
        died(segment_of(evidence, request, stop->part, delivery->node, witness), witness, out);
    return out;
  }
  if (delivery) {
    out.request = delivered(request, delivery->node, delivery->proof, witness);
    out.sent = sent_tuple(evidence, request, witness);
    out.at_target = delivery->tuple;
    // Nobody waits for the answer to a raw frame.
    const bool awaited =
        evidence.flow.service.protocol != flow::Protocol::Raw && !out.reply_unknown;
    if (awaited) judge_reply(evidence, *delivery, stop, witness, out);
    return out;
  }
  out.request = died(request, witness, out);
  if (harness_failed(request, out.request.fate)) {
    out.trouble = fmt::format("the flow could not be sent: {}", sys::error_text(request.error));
  }
  return out;
}

bool needs_fence(const Verdict& verdict) { return verdict.last_seen && !verdict.traced; }

bool fence_passed(const Case& evidence, const Verdict& verdict) {
  if (!verdict.last_seen) return true;
  const Sighting& last = *verdict.last_seen;
  return std::ranges::any_of(evidence.sightings, [&](const Sighting& s) {
    return s.role == Role::Fence && s.node == last.node && s.interface == last.interface &&
           s.way == last.way && s.tuple.source == last.tuple.source;
  });
}

}  // namespace topoproof::evidence
