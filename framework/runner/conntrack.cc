// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/conntrack.hh"

#include <fmt/format.h>

#include "netlink/conntrack.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"

namespace topoproof::runner {
namespace {

using scenario::CheckResult;
using scenario::Outcome;

struct NodeTranslation {
  NodeId node;
  flow::Tuple before;
  flow::Tuple after;
};

// A tuple that changes between two sightings changed at the node of the second.
std::vector<NodeTranslation> translations_of(const flow::Trace& trace) {
  std::vector<NodeTranslation> out;
  for (std::size_t i = 1; i < trace.size(); ++i) {
    if (trace[i].kind != flow::StepKind::Translated) continue;
    const bool same_node = !out.empty() && out.back().node == trace[i].node;
    if (same_node) out.back().after = trace[i].tuple;
    if (!same_node) out.push_back({trace[i].node, trace[i - 1].tuple, trace[i].tuple});
  }
  return out;
}

}  // namespace

state::Tuple to_tracked(const flow::Tuple& seen) {
  state::Tuple tuple{.source = seen.source, .destination = seen.destination};
  const bool v4 = seen.source.is_v4();
  if (seen.protocol == flow::Protocol::Icmp) {
    tuple.protocol = v4 ? packet::Icmp::kProtocol : packet::Icmpv6::kProtocol;
    tuple.icmp_id = seen.source_port;
    tuple.icmp_type = v4 ? packet::Icmp::kEchoRequest : packet::Icmpv6::kEchoRequest;
    return tuple;
  }
  const bool tcp = seen.protocol == flow::Protocol::Tcp;
  tuple.protocol = tcp ? packet::Tcp::kProtocol : packet::Udp::kProtocol;
  tuple.source_port = seen.source_port;
  tuple.destination_port = seen.destination_port;
  return tuple;
}

namespace {

// The answer to an echo request is of another type: compared are addresses and ports, or the id.
bool answers_as(const state::Tuple& reply, const flow::Tuple& expected) {
  const state::Tuple wanted = to_tracked(expected);
  return reply.source == wanted.source && reply.destination == wanted.destination &&
         reply.source_port == wanted.source_port &&
         reply.destination_port == wanted.destination_port && reply.icmp_id == wanted.icmp_id;
}

}  // namespace

void compare_connections(lab::Lab& lab, const topology::Topology& topology,
                         const evidence::Verdict& verdict, CheckResult& result) {
  for (const NodeTranslation& t : translations_of(verdict.request.trace)) {
    const auto entry = netlink::find_connection(lab.netfilter_socket(t.node), to_tracked(t.before));
    if (entry && answers_as(entry->reply, t.after.inverse())) continue;
    if (result.outcome == Outcome::Passed) result.outcome = Outcome::Failed;
    result.observed +=
        fmt::format("; {} tracks no connection {} that is answered as {}",
                    topology.node(t.node).name, to_string(t.before), to_string(t.after.inverse()));
  }
}

}  // namespace topoproof::runner
