// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/journey.hh"

#include <algorithm>

#include <fmt/format.h>

#include "sim/netfilter.hh"

namespace topoproof::sim {
namespace {

using flow::StepKind;

bool is_boundary(const Record& record) {
  return record.event == Event::Answered || record.event == Event::Replied ||
         record.event == Event::Asked;
}

// How much an end says of what became of a packet, where copies of it ended in several ways.
int rank(End end) {
  if (fate_of(end) == flow::FateKind::Delivered) return 3;
  if (end == End::OtherHost) return 0;
  return end == End::NoStation || end == End::LinkDown || end == End::Impaired ? 1 : 2;
}

// A fragment behind the first has no ports.
bool is_later_fragment(const Record& end, const Record& other) {
  return end.protocol == flow::Protocol::Raw && other.protocol != flow::Protocol::Raw;
}

// Of a packet in pieces the first one's end says more than another's.
bool says_more(const Record& end, const Record& than) {
  const int mine = rank(end.end);
  const int its = rank(than.end);
  const bool both_lost = mine > 0 && mine < 3 && its > 0 && its < 3;
  if (both_lost && end.protocol != than.protocol) return is_later_fragment(than, end);
  return mine > its;
}

class Reader {
 public:
  Reader(const World& world, RecordId start, NodeId sender)
      : world_(world), start_(start), sender_(sender) {}

  Prediction read() {
    Prediction out;
    out.unknown = world_.unknowns;
    note_storm(out);
    const RecordId end = best_end_of(start_);
    if (end == kNoRecord) {
      out.request = held();
      return out;
    }
    out.request = journey(end, StepKind::Sent);
    name_fragment(start_, end, out.request);
    const Record& last = world_.trace[end];
    if (fate_of(last.end) != flow::FateKind::Delivered) return out;
    out.at_target = tuple_of(last);
    read_reply(end, out);
    return out;
  }

 private:
  // In a kernel nothing else would go on.
  void note_storm(Prediction& out) const {
    const auto all = world_.trace.all();
    const auto storm = std::ranges::find(all, End::Storm, &Record::end);
    if (storm == all.end()) return;
    out.unknown.push_back({.reason = "a storm: frames go round in bridges for ever",
                           .node = world_.hosts[storm->node].node()});
  }

  // The record that the packet of `id` begins behind.
  RecordId boundary_of(RecordId id) const {
    while (!is_boundary(world_.trace[id])) id = world_.trace[id].previous;
    return id;
  }

  // Of all copies of the packet that begins behind `boundary`. RETURNS: kNoRecord if none ended.
  RecordId best_end_of(RecordId boundary) const {
    RecordId best = kNoRecord;
    const auto all = world_.trace.all();
    for (RecordId id = boundary + 1; id < all.size(); ++id) {
      if (all[id].event != Event::Ended || boundary_of(id) != boundary) continue;
      if (best == kNoRecord || says_more(all[id], all[best])) best = id;
    }
    return best;
  }

  // The packet begins behind `boundary`.
  void name_fragment(RecordId boundary, RecordId end, flow::Journey& journey) const {
    const auto all = world_.trace.all();
    if (all[end].protocol != flow::Protocol::Raw) return;
    for (RecordId id = boundary + 1; id < all.size(); ++id) {
      const bool is_its = !is_boundary(all[id]) && boundary_of(id) == boundary;
      if (is_its && is_later_fragment(all[end], all[id])) journey.fate.packet = "fragment";
    }
  }

  // A fragment that has not ended waits for the others of its packet.
  flow::Journey held() const {
    RecordId last = start_;
    const auto all = world_.trace.all();
    for (RecordId id = start_ + 1; id < all.size(); ++id) {
      if (!is_boundary(all[id]) && boundary_of(id) == start_) last = id;
    }
    return {.fate = {.kind = flow::FateKind::Lost,
                     .at = world_.hosts[all[last].node].node(),
                     .proof = "a fragment waits there for the others of its packet"},
            .trace = steps_to(last, StepKind::Sent)};
  }

  // The first boundary of this kind right behind `cause`.
  RecordId caused_by(RecordId cause, Event event) const {
    const auto all = world_.trace.all();
    for (RecordId id = cause + 1; id < all.size(); ++id) {
      if (all[id].event == event && all[id].previous == cause) return id;
    }
    return kNoRecord;
  }

  // A packet that a link doubled is answered twice: the answer that came furthest tells.
  RecordId best_answer_to(RecordId delivered) const {
    RecordId best = caused_by(delivered, Event::Replied);
    const auto all = world_.trace.all();
    for (RecordId id = delivered + 1; id < all.size(); ++id) {
      const bool is_copy = all[id].event == Event::Ended && all[id].end == all[delivered].end &&
                           all[id].node == all[delivered].node && boundary_of(id) == start_;
      const RecordId start = is_copy ? caused_by(id, Event::Replied) : kNoRecord;
      const RecordId end = start == kNoRecord ? kNoRecord : best_end_of(start);
      if (end == kNoRecord) continue;
      const RecordId known = best == kNoRecord ? kNoRecord : best_end_of(best);
      if (known == kNoRecord || says_more(all[end], all[known])) best = start;
    }
    return best;
  }

  void read_reply(RecordId delivered, Prediction& out) const {
    const RecordId start = best_answer_to(delivered);
    if (start == kNoRecord) return;
    const RecordId end = best_end_of(start);
    if (end == kNoRecord) return;
    out.reply = journey(end, StepKind::Sent);
    name_fragment(start, end, *out.reply);
    const Record& last = world_.trace[end];
    const bool back = NodeId(last.node) == sender_ && last.end != End::OtherHost;
    if (back) out.back_at_sender = tuple_of(last);
    // A handshake is no answer yet: the request's data has to come through, and its answer.
    if (out.reply->fate.kind != flow::FateKind::Delivered) return doubt_end_of_segment(end, out);
    out.reply->fate.proof = "the sender's socket got it";
    out.reply->trace.back().detail = out.reply->fate.proof;
    if (last.protocol == flow::Protocol::Tcp) follow_connection(out);
  }

  // TCP sends it again, and then it may come through. On other links nobody waits for that.
  void doubt_end_of_segment(RecordId end, Prediction& out) const {
    const Record& record = world_.trace[end];
    const bool by_chance = record.end == End::Impaired && record.detail == 0;
    if (record.protocol != flow::Protocol::Tcp || !by_chance) return;
    out.unknown.push_back({.reason = "a lost segment that TCP sends again",
                           .node = world_.hosts[record.node].node()});
  }

  // Behind the handshake, the packet that the connection waits for ends the flow.
  void follow_connection(Prediction& out) const {
    const Connection& seen = world_.connection;
    if (seen.closed) return;
    const bool of_reply = seen.answered ? seen.ended_at_target : seen.arrived;
    const auto part = seen.answered ? Segment::Part::End : Segment::Part::Data;
    const RecordId end = stopped_segment(of_reply, part);
    if (end == kNoRecord) {
      out.unknown.push_back({.reason = "a connection that stops on its way", .node = sender_});
      return;
    }
    flow::Journey stopped = journey(end, StepKind::Sent);
    stopped.fate.packet = part == Segment::Part::End ? "FIN" : "data";
    doubt_end_of_segment(end, out);
    if (of_reply) {
      out.reply = std::move(stopped);
      return;
    }
    out.request = std::move(stopped);
    out.reply.reset();
    out.at_target.reset();
    out.back_at_sender.reset();
  }

  // Of several segments the first that was not delivered. RETURNS: the record of its end.
  RecordId stopped_segment(bool of_reply, Segment::Part part) const {
    for (const Segment& segment : world_.connection.segments) {
      if (segment.of_reply != of_reply || segment.part != part) continue;
      const RecordId end = best_end_of(segment.start);
      if (end == kNoRecord) continue;
      if (fate_of(world_.trace[end].end) != flow::FateKind::Delivered) return end;
    }
    return kNoRecord;
  }

  flow::Trace steps_to(RecordId last, StepKind first) const {
    std::vector<RecordId> way;
    RecordId id = last;
    for (; !is_boundary(world_.trace[id]); id = world_.trace[id].previous) way.push_back(id);
    std::ranges::reverse(way);
    flow::Trace trace;
    for (const RecordId step : way) add_step(world_.trace[step], first, trace);
    return trace;
  }
  flow::Journey journey(RecordId end, StepKind first) const {
    return {.fate = fate(end), .trace = steps_to(end, first)};
  }

  flow::Step make_step(const Record& record, StepKind kind) const {
    const Host& host = world_.hosts[record.node];
    return {.kind = kind,
            .node = host.node(),
            .interface = record.slot == kNoSlot ? "" : host.at(record.slot).name,
            .tuple = tuple_of(record),
            .ttl = record.ttl};
  }

  void add_step(const Record& record, StepKind first, flow::Trace& trace) const {
    switch (record.event) {
      case Event::Sent:
      case Event::Received: {
        add_translation(record, trace);
        const bool left =
            std::ranges::any_of(trace, [](const flow::Step& s) { return s.ttl != 0; });
        const StepKind out = left ? StepKind::Forwarded : first;
        trace.push_back(
            make_step(record, record.event == Event::Received ? StepKind::Received : out));
        return;
      }
      case Event::Ended:
        if (record.protocol != flow::Protocol::Raw) add_translation(record, trace);
        trace.push_back(make_step(record, fate_of(record.end) == flow::FateKind::Delivered
                                              ? StepKind::Delivered
                                              : StepKind::Died));
        trace.back().detail = proof(record);
        trace.back().ttl = 0;
        return;
      case Event::Rule:
        return add_decision(record, StepKind::Rule, describe(world_.hits[record.detail]), trace);
      case Event::Routed:
        return add_decision(record, StepKind::Route, describe(world_.ways[record.detail], record),
                            trace);
      case Event::Asked:
      case Event::Answered:
      case Event::Replied:
        return;
    }
  }

  // If it is not any more what it was at the last hop.
  void add_translation(const Record& record, flow::Trace& trace) const {
    const auto before = std::ranges::find_if(trace.rbegin(), trace.rend(),
                                             [](const flow::Step& s) { return s.ttl != 0; });
    const flow::Step step = make_step(record, StepKind::Translated);
    const bool differs = before != trace.rend() && before->tuple != step.tuple;
    if (differs && step.ttl != 0) trace.push_back(step);
  }

  void add_decision(const Record& record, StepKind kind, std::string detail,
                    flow::Trace& trace) const {
    flow::Step step = make_step(record, kind);
    step.interface.clear();
    step.ttl = 0;
    step.detail = std::move(detail);
    trace.push_back(std::move(step));
  }

  // "10.2.0.0/24 dev right", "default via 10.1.0.1 dev eth0"
  std::string describe(const Way& way, const Record& record) const {
    const Prefix prefix = make_prefix(record.destination, way.route->length);
    std::string text = prefix.is_default() ? "default" : to_string(prefix);
    if (way.kind == Way::Kind::Local) return "local " + text;
    if (way.gateway) text += " via " + to_string(*way.gateway);
    return text + " dev " + world_.hosts[record.node].at(way.out).name;
  }
  static std::string describe(const RuleHit& hit) { return sim::describe(hit); }
  static std::string describe(const Unknown& unknown) { return sim::describe(unknown); }
  static std::string describe(End end) { return sim::describe(end); }

  std::string proof(const Record& record) const {
    if (record.end == End::Unknown) return describe(world_.unknowns[record.detail]);
    const bool by_rule = record.end == End::Filtered || record.end == End::Rejected;
    return by_rule ? describe(world_.hits[record.detail]) : describe(record.end);
  }

  flow::Fate fate(RecordId end) const {
    const Record& record = world_.trace[end];
    flow::Fate out{.kind = fate_of(record.end),
                   .at = world_.hosts[record.node].node(),
                   .proof = proof(record)};
    const RecordId answer = caused_by(end, Event::Answered);
    if (answer != kNoRecord && out.kind == flow::FateKind::Refused) {
      if (const auto hit = rule_against(answer)) {
        out.kind = flow::FateKind::Dropped;
        out.proof = fmt::format("nobody listens, and the answer met {}", describe(*hit));
        return out;
      }
    }
    if (answer != kNoRecord) out.answer = answer_of(answer);
    if (out.answer) {
      const std::string by = record.end == End::Rejected ? ", by " + out.proof : "";
      out.proof = fmt::format("{} answered {}{}", world_.hosts[record.node].name,
                              to_string(*out.answer), by);
    }
    return out;
  }

  // What keeps an answer from leaving the node that made it.
  std::optional<RuleHit> rule_against(RecordId boundary) const {
    const RecordId end = best_end_of(boundary);
    if (end == kNoRecord) return std::nullopt;
    const auto all = world_.trace.all();
    const bool by_rule = all[end].end == End::Filtered || all[end].end == End::Rejected;
    if (!by_rule || all[end].node != all[boundary].node) return std::nullopt;
    for (RecordId id = end; id != boundary; id = all[id].previous) {
      if (all[id].event == Event::Sent) return std::nullopt;
    }
    return world_.hits[all[end].detail];
  }

  // What was made, and left or came to its own node: as it did so, translated back if need be.
  std::optional<flow::Answer> answer_of(RecordId boundary) const {
    const auto all = world_.trace.all();
    const auto is_next = [&](RecordId id, RecordId previous) {
      return !is_boundary(all[id]) && all[id].previous == previous &&
             all[id].node == all[boundary].node;
    };
    RecordId last = boundary;
    for (RecordId id = boundary + 1; id < all.size(); ++id) {
      if (is_next(id, last)) last = id;
      if (last == id && all[id].event == Event::Sent) break;
    }
    if (last == boundary) return std::nullopt;
    const std::uint32_t detail = all[boundary].detail;
    return flow::Answer{.from = all[last].source,
                        .tcp_reset = detail >> 16 != 0,
                        .icmp_type = static_cast<std::uint8_t>(detail >> 8),
                        .icmp_code = static_cast<std::uint8_t>(detail)};
  }

  const World& world_;
  RecordId start_;
  NodeId sender_;
};

}  // namespace

std::string describe(const Unknown& unknown) {
  const std::string where = to_string(unknown.where);
  return where.empty() ? unknown.reason : fmt::format("{}: {}", where, unknown.reason);
}

Prediction read_prediction(const World& world, RecordId start, NodeId sender) {
  return Reader(world, start, sender).read();
}

}  // namespace topoproof::sim
