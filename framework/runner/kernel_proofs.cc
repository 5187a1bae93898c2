// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/kernel_proofs.hh"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "netlink/conntrack.hh"
#include "netlink/observe.hh"
#include "runner/conntrack.hh"
#include "runner/kernel_witness.hh"
#include "sys/error.hh"

namespace topoproof::runner {
namespace {

using checks::Judged;

// How the names of counters end that say why a packet was not taken, or not sent. The others count
// all packets.
constexpr std::array<std::string_view, 17> kBadEnds{
    "NoRoutes",       "AddrErrors",       "HdrErrors",     "Discards",     "NoPorts",
    "FragFails",      "RPFilter",         "UnknownProtos", "TooBigErrors", "InErrors",
    "InDestUnreachs", "OutDestUnreachs",  "OutTimeExcds",  "CsumErrors",   "ListenDrops",
    "OutRsts",        "ReversePathFilter"};

bool tells_of_an_end(std::string_view name) {
  return std::ranges::any_of(kBadEnds, [&](std::string_view end) { return name.ends_with(end); });
}

state::Counters read_counters(lab::Lab& lab, NodeId node) {
  state::Counters counters;
  lab.run(node, [&] { counters = netlink::observe_counters(); });
  return counters;
}

// Where the flow came by, with what it was there: as it came in, or was sent.
std::vector<std::pair<NodeId, flow::Tuple>> places_of(const flow::Trace& trace) {
  std::vector<std::pair<NodeId, flow::Tuple>> places;
  std::set<NodeId> known;
  for (const flow::Step& step : trace) {
    if (step.ttl != 0 && known.insert(step.node).second) places.emplace_back(step.node, step.tuple);
  }
  return places;
}

}  // namespace

CounterReadings::CounterReadings(lab::Lab& lab) {
  for (std::size_t i = 0; i < lab.nodes().size(); ++i) {
    before_.push_back(read_counters(lab, NodeId(i)));
  }
}

state::Counters CounterReadings::growth_at(lab::Lab& lab, NodeId node) const {
  state::Counters grown = state::growth(before_[node.index()], read_counters(lab, node));
  std::erase_if(grown, [](const auto& counter) { return !tells_of_an_end(counter.first); });
  return grown;
}

std::optional<NodeId> place_of_end(const evidence::Verdict& verdict) {
  const flow::Journey& last = verdict.reply ? *verdict.reply : verdict.request;
  return last.fate.kind == flow::FateKind::Delivered ? std::nullopt : last.fate.at;
}

std::vector<std::string> counter_lines(lab::Lab& lab, const topology::Topology& topology,
                                       const evidence::Verdict& verdict,
                                       const CounterReadings& before) {
  const auto end = place_of_end(verdict);
  if (!end) return {};
  std::vector<std::string> lines;
  for (const auto& [name, by] : before.growth_at(lab, *end)) {
    lines.push_back(
        fmt::format("the kernel of {}: {} grew by {}", topology.node(*end).name, name, by));
  }
  return lines;
}

std::vector<std::string> proof_lines(lab::Lab& lab, const topology::Topology& topology,
                                     const Judged& judged) {
  std::vector<std::string> lines;
  const probe::Attempt& attempt = judged.evidence.attempt;
  const std::string& sender = topology.node(judged.evidence.flow.from).name;
  const int error = attempt.error != 0 ? attempt.error : attempt.later_error;
  if (error != 0) {
    lines.push_back(fmt::format("the kernel of {}: {} {} ({})", sender,
                                attempt.error != 0 ? "to send said" : "the socket was told",
                                sys::error_name(error), sys::error_text(error)));
  }
  for (const auto& [node, tuple] : places_of(judged.verdict.request.trace)) {
    if (!has_rules(topology.node(node))) continue;
    auto entry = netlink::find_connection(lab.netfilter_socket(node), to_tracked(tuple));
    if (entry) entry->tcp_state.reset();  // where it is by now says nothing of what it met
    lines.push_back(fmt::format(
        "the kernel of {}: {}", topology.node(node).name,
        entry ? "it tracks " + describe(*entry) : "it tracks no connection of this flow"));
  }
  return lines;
}

}  // namespace topoproof::runner
