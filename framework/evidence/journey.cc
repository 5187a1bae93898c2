// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/journey.hh"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "evidence/way.hh"

namespace topoproof::evidence {
namespace {

// The way of the first packet of this role: of a TCP connection, of its SYN or SYN+ACK.
Sightings first_packet(const Sightings& all, Role role) {
  Sightings out;
  for (const Sighting& s : all) {
    if (s.role == role && (out.empty() || s.packet == out.front().packet)) out.push_back(s);
  }
  return out;
}

// Of several segments, the first that did not come to `by`; if all did, the first.
Sightings stopped_segment(const Case& evidence, Role role, Part part, NodeId by,
                          const Witness& witness) {
  std::vector<Sightings> segments;
  for (const Sighting& s : evidence.sightings) {
    if (s.role != role || s.part != part) continue;
    const auto same = std::ranges::find_if(
        segments, [&](const Sightings& seen) { return seen.front().packet == s.packet; });
    if (same == segments.end()) {
      segments.push_back({s});
    } else {
      same->push_back(s);
    }
  }
  const auto came = [&](const Sighting& s) { return s.node == by && is_taken_in(s, witness); };
  const auto stopped = std::ranges::find_if(
      segments, [&](const Sightings& seen) { return std::ranges::none_of(seen, came); });
  if (stopped != segments.end()) return *stopped;
  return segments.empty() ? Sightings() : segments.front();
}

// Several may answer what was sent to a group.
Sightings answer_of(const Case& evidence, NodeId target) {
  Sightings replies = first_packet(evidence.sightings, Role::Reply);
  if (!evidence.flow.destination.is_multicast()) return replies;
  const auto its = std::ranges::find(replies, target, &Sighting::node);
  if (its == replies.end()) return {};
  const IpAddress from = its->tuple.source;
  std::erase_if(replies, [&](const Sighting& s) { return s.tuple.source != from; });
  return replies;
}

Sightings answers_about(const Case& evidence, bool reply) {
  Sightings out;
  std::ranges::copy_if(evidence.sightings, std::back_inserter(out), [&](const Sighting& s) {
    return (s.role == Role::Reset || s.role == Role::Error) && s.quotes_reply == reply;
  });
  return out;
}

Sightings other_fragments(const Case& evidence, bool of_reply) {
  Sightings out;
  std::ranges::copy_if(evidence.sightings, std::back_inserter(out), [&](const Sighting& s) {
    return s.role == Role::Fragment && s.quotes_reply == of_reply;
  });
  return out;
}

// By where they begin in their packet.
std::vector<Sightings> apart(const Sightings& fragments) {
  std::map<std::uint32_t, Sightings> by_offset;
  for (const Sighting& s : fragments) by_offset[s.packet].push_back(s);
  std::vector<Sightings> all;
  for (auto& [offset, seen] : by_offset) all.push_back(std::move(seen));
  return all;
}

flow::StepKind kind_of(const Sighting& sighting, const Direction& direction, bool first) {
  if (sighting.way == Way::In) return flow::StepKind::Received;
  return first && sighting.node == direction.from ? flow::StepKind::Sent
                                                  : flow::StepKind::Forwarded;
}

flow::Step make_step(const Sighting& sighting, flow::StepKind kind, const Witness& witness) {
  return {.kind = kind,
          .node = sighting.node,
          .interface = witness.interface_name(sighting.node, sighting.interface),
          .tuple = sighting.tuple,
          .ttl = sighting.ttl};
}

Part first_part(const Case& evidence) {
  return evidence.flow.service.protocol == flow::Protocol::Tcp ? Part::Handshake : Part::None;
}

}  // namespace

std::string describe(const RuleHit& hit) {
  const std::string origin = to_string(hit.origin);
  return fmt::format("{}{}{}: {}", origin, origin.empty() ? "" : " ", hit.chain, hit.text);
}

Direction request_of(const Case& evidence, const Witness& witness) {
  Direction out{.from = evidence.flow.from,
                .role = Role::Request,
                .service = evidence.flow.service,
                .number = evidence.number,
                .error = evidence.attempt.error,
                .part = first_part(evidence)};
  out.seen = way_of(first_packet(evidence.sightings, Role::Request), witness);
  out.answers = answers_about(evidence, false);
  out.others = other_fragments(evidence, false);
  if (!out.seen.empty()) {
    out.tuple = out.seen.front().tuple;
  } else if (evidence.attempt.sent) {
    out.tuple = *evidence.attempt.sent;
  } else {
    out.tuple = {evidence.flow.source.value_or(IpAddress()), evidence.flow.destination,
                 evidence.flow.service.protocol, 0, evidence.flow.service.port};
    // An address of no family's own: the kernel chooses one.
    if (!evidence.flow.source && evidence.flow.family() == Family::Ipv6) {
      out.tuple.source = Ipv6Address();
    }
  }
  return out;
}

Direction reply_of(const Case& evidence, NodeId target, const flow::Tuple& at_target,
                   const Witness& witness) {
  Direction out{.from = target,
                .role = Role::Reply,
                .tuple = at_target.inverse(),
                .service = evidence.flow.service,
                .number = evidence.number,
                .part = first_part(evidence)};
  // A kernel's own answer does not come from a group; who would send it is not said.
  const bool from_group = out.tuple.source.is_multicast();
  if (from_group && out.tuple.protocol == flow::Protocol::Icmp) {
    out.tuple.source =
        out.tuple.source.is_v4() ? IpAddress(Ipv4Address()) : IpAddress(Ipv6Address());
  }
  out.seen = way_of(answer_of(evidence, target), witness);
  out.answers = answers_about(evidence, true);
  out.others = other_fragments(evidence, true);
  const auto& arrivals = evidence.attempt.arrivals;
  const auto arrival = std::ranges::find(arrivals, target, &probe::Arrival::node);
  if (arrival != arrivals.end()) out.error = arrival->reply_error;
  return out;
}

Direction segment_of(const Case& evidence, Direction handshake, Part part, NodeId by,
                     const Witness& witness) {
  Direction out = std::move(handshake);
  out.packet = part == Part::Data ? "data" : "FIN";
  out.part = part;
  out.seen = way_of(stopped_segment(evidence, out.role, part, by, witness), witness);
  const auto since = out.seen.empty() ? 0 : out.seen.front().time_ns;
  std::erase_if(out.answers, [&](const Sighting& s) { return s.time_ns < since; });
  return out;
}

// Of several that which was seen last before the others.
std::optional<Direction> missing_fragment(const Direction& direction, const Witness& witness) {
  const bool waits = direction.error == 0 && direction.answers.empty() && !direction.seen.empty() &&
                     is_taken_in(direction.seen.back(), witness);
  if (!waits) return std::nullopt;
  const NodeId there = direction.seen.back().node;
  std::optional<Direction> missing;
  for (Sightings& seen : apart(direction.others)) {
    const Sightings way = way_of(std::move(seen), witness);
    if (way.back().node == there) continue;
    const bool is_earlier = !missing || way.back().time_ns < missing->seen.back().time_ns;
    if (!is_earlier) continue;
    missing = direction;
    missing->seen = way;
    missing->packet = "fragment";
  }
  return missing;
}

flow::Trace trace_of(const Direction& direction, const Witness& witness) {
  flow::Trace trace;
  for (const Sighting& s : direction.seen) {
    const bool changed = !trace.empty() && trace.back().tuple != s.tuple;
    if (changed) trace.push_back(make_step(s, flow::StepKind::Translated, witness));
    trace.push_back(make_step(s, kind_of(s, direction, trace.empty()), witness));
  }
  return trace;
}

flow::Tuple as_routed(const Direction& direction, NodeId node, const flow::Tuple& seen,
                      Witness& witness) {
  if (!witness.has_rules(node)) return seen;
  return witness.routed_tuple(node, direction.name(seen)).value_or(seen);
}

Ending fate_of(const Direction& direction, Witness& witness) {
  if (const auto fate = local_refusal(direction, witness)) return {*fate};
  if (const auto fate = answered_end(direction, witness)) return {*fate};
  return silent_end(direction, witness);
}

}  // namespace topoproof::evidence
