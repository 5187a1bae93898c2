// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/decisions.hh"

#include <algorithm>
#include <iterator>
#include <span>

#include "flow/hop.hh"

namespace topoproof::runner {
namespace {

using flow::StepKind;

// Steps of one stay at a node.
using Visit = std::span<const flow::Step>;

Visit first_visit(std::span<const flow::Step> trace) {
  const auto leaves = [&](const flow::Step& step) { return step.node != trace.front().node; };
  return trace.first(static_cast<std::size_t>(std::ranges::find_if(trace, leaves) - trace.begin()));
}

// An echo's socket does not say its number.
bool is_same(const flow::Tuple& a, const flow::Tuple& b) {
  if (a.protocol != flow::Protocol::Icmp) return a == b;
  return a.source == b.source && a.destination == b.destination;
}

class Decisions {
 public:
  Decisions(KernelWitness& witness, RuleTrace& trace, lab::Lab& lab, probe::FlowNumber number,
            const flow::Flow& flow)
      : witness_(witness), trace_(trace), lab_(lab), number_(number), flow_(flow) {}

  // `sent`: the packet as its sender's socket made it. `taken`: as the last one was given it.
  flow::Trace in(const flow::Trace& trace, const flow::Tuple& sent,
                 const std::optional<flow::Tuple>& taken) {
    flow::Trace out;
    std::optional<flow::Tuple> made = sent;
    for (std::span<const flow::Step> rest = trace; !rest.empty();) {
      const Visit visit = first_visit(rest);
      rest = rest.subspan(visit.size());
      add(visit, made, rest.empty() ? taken : std::nullopt, out);
      made.reset();
    }
    return out;
  }

 private:
  // `made`: here. What came in is looked at behind its last interface, a bridge's behind its ports.
  void add(Visit visit, const std::optional<flow::Tuple>& made,
           const std::optional<flow::Tuple>& taken, flow::Trace& out) {
    const auto came = std::ranges::find_if_not(
        visit, [](const flow::Step& step) { return step.kind == StepKind::Received; });
    const bool is_made_here = came == visit.begin();
    std::ranges::copy(visit.begin(), came, std::back_inserter(out));
    const flow::Step& first = visit.front();
    const flow::Tuple as_came = is_made_here && made ? *made : first.tuple;
    const auto last_hop = std::ranges::find_if(visit.rbegin(), visit.rend(), flow::is_hop);
    flow::Tuple as_left = last_hop == visit.rend() ? as_came : last_hop->tuple;
    const bool died = !is_made_here && visit.back().kind == StepKind::Died;
    if (died) as_left = as_routed(first.node, as_came);
    if (taken) as_left = *taken;
    const std::uint32_t incoming =
        is_made_here ? 0 : lab_.interfaces(first.node).index(std::prev(came)->interface);
    decide(first.node, as_came, as_left, incoming, out);
    const bool stays = died || (taken && !is_made_here);
    if (stays && last_hop != visit.rend() && !is_same(as_left, last_hop->tuple)) {
      out.push_back({.kind = StepKind::Translated,
                     .node = first.node,
                     .tuple = as_left,
                     .ttl = last_hop->ttl});
    }
    std::ranges::copy(came, visit.end(), std::back_inserter(out));
  }

  flow::Tuple as_routed(NodeId node, const flow::Tuple& as_came) {
    return witness_.routed_tuple(node, {number_, as_came, part()}).value_or(as_came);
  }

  void decide(NodeId node, const flow::Tuple& as_came, const flow::Tuple& as_left,
              std::uint32_t incoming, flow::Trace& out) {
    const auto passed = trace_.passed(node, {number_, as_came, part()}, as_left);
    const auto add_rules = [&](bool before) {
      for (const RuleTrace::Passed& one : passed) {
        const bool is_before = incoming != 0 && one.before_route;
        if (is_before == before) add_line(node, as_came, StepKind::Rule, describe(one.hit), out);
      }
    };
    add_rules(true);
    flow::Tuple routed = as_came;
    routed.destination = as_left.destination;
    routed.destination_port = as_left.destination_port;
    if (incoming == 0) add_route(node, as_came, 0, out);
    const bool is_bridged = incoming != 0 && witness_.is_bridge_port(node, incoming);
    if (incoming != 0 && !is_bridged) add_route(node, routed, incoming, out);
    add_rules(false);
    if (incoming == 0 && routed != as_came) add_route(node, routed, 0, out);
  }

  evidence::Part part() const {
    return flow_.service.protocol == flow::Protocol::Tcp ? evidence::Part::Handshake
                                                         : evidence::Part::None;
  }

  void add_route(NodeId node, const flow::Tuple& tuple, std::uint32_t incoming, flow::Trace& out) {
    as_routed(node, tuple);  // and so its mark is known
    if (const auto line = witness_.route_line(node, tuple, incoming)) {
      add_line(node, tuple, StepKind::Route, *line, out);
    }
  }

  static void add_line(NodeId node, const flow::Tuple& tuple, StepKind kind, std::string text,
                       flow::Trace& out) {
    out.push_back({.kind = kind, .node = node, .tuple = tuple, .detail = std::move(text)});
  }

  KernelWitness& witness_;
  RuleTrace& trace_;
  lab::Lab& lab_;
  probe::FlowNumber number_;
  const flow::Flow& flow_;
};

}  // namespace

void add_decisions(KernelWitness& witness, RuleTrace& trace, lab::Lab& lab,
                   checks::Judged& judged) {
  evidence::Verdict& verdict = judged.verdict;
  const evidence::Case& evidence = judged.evidence;
  if (evidence.flow.service.protocol == flow::Protocol::Raw || verdict.request.trace.empty())
    return;
  const flow::Tuple sent =
      verdict.sent.value_or(evidence.attempt.sent.value_or(verdict.request.trace.front().tuple));
  Decisions decisions(witness, trace, lab, evidence.number, evidence.flow);
  verdict.request.trace = decisions.in(verdict.request.trace, sent, verdict.at_target);
  if (!verdict.reply || verdict.reply->trace.empty() || !verdict.at_target) return;
  verdict.reply->trace =
      decisions.in(verdict.reply->trace, verdict.at_target->inverse(), sent.inverse());
}

}  // namespace topoproof::runner
