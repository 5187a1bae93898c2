// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/foretold.hh"

#include <ranges>

#include "flow/hop.hh"

namespace topoproof::checks {
namespace {

using evidence::Sighting;

bool is_same_hop(const Sighting& seen, const flow::Step& step, const evidence::Witness& witness) {
  const bool came_in = step.kind == flow::StepKind::Received;
  return seen.node == step.node && came_in == (seen.way == evidence::Way::In) &&
         seen.ttl == step.ttl && seen.tuple == step.tuple &&
         witness.interface_name(seen.node, seen.interface) == step.interface;
}

// Of TCP the first packet of each direction, as the judge and the simulator tell it.
bool is_same_way(const evidence::Case& evidence, evidence::Role role, const flow::Trace& trace,
                 const evidence::Witness& witness) {
  const Sighting* first = nullptr;
  auto hops = trace | std::views::filter(flow::is_hop);
  auto hop = hops.begin();
  for (const Sighting& seen : evidence.sightings) {
    if (seen.role != role) continue;
    if (first == nullptr) first = &seen;
    if (seen.packet != first->packet) continue;
    if (hop == hops.end() || !is_same_hop(seen, *hop, witness)) return false;
    ++hop;
  }
  return hop == hops.end();
}

bool is_delivered(const flow::Journey& journey, NodeId node) {
  return journey.fate.kind == flow::FateKind::Delivered && journey.fate.at == node;
}

}  // namespace

bool went_as_foretold(const evidence::Case& evidence, const sim::Prediction& prediction,
                      const evidence::Witness& witness) {
  if (!prediction.unknown.empty() || !prediction.reply) return false;
  const NodeId target = evidence.attempt.arrivals.front().node;
  return is_delivered(prediction.request, target) &&
         is_delivered(*prediction.reply, evidence.flow.from) &&
         is_same_way(evidence, evidence::Role::Request, prediction.request.trace, witness) &&
         is_same_way(evidence, evidence::Role::Reply, prediction.reply->trace, witness);
}

}  // namespace topoproof::checks
