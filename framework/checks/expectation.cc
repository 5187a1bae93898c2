// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/expectation.hh"

#include <algorithm>

#include <fmt/format.h>

#include "base/duration.hh"
#include "base/planted_fault.hh"
#include "checks/ladder.hh"
#include "flow/hop.hh"
#include "topology/interfaces.hh"

namespace topoproof::checks {
namespace {

using flow::FateKind;
using scenario::Check;
using scenario::Expectation;
using scenario::Translation;
using scenario::Verdict;
using topology::Topology;

std::string join(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string path_text(const std::vector<NodeId>& path, const Topology& topology) {
  std::vector<std::string> names;
  for (const NodeId node : path) names.push_back(topology.node(node).name);
  return fmt::format("path {}", fmt::join(names, " > "));
}

bool fits(const Verdict& expected, const flow::Fate& fate) {
  return expected.fate == fate.kind && (!expected.at || expected.at == fate.at);
}

std::string end_text(const topofile::AddressPort& end) {
  if (!end.port) return to_string(end.address);
  return fmt::format("{}{}{}", to_string(end.address), end.address.is_v4() ? ":" : " port ",
                     *end.port);
}

// The target's side of a tuple, against what the check says of it, or what was sent.
struct Side {
  std::string_view name;
  std::optional<topofile::AddressPort> wanted;
  IpAddress sent_address;
  std::uint16_t sent_port;
  IpAddress seen_address;
  std::uint16_t seen_port;
  bool has_port;

  bool holds() const {
    if (planted("verifier-address-only")) return !wanted || seen_address == wanted->address;
    if (!wanted) return seen_address == sent_address && (!has_port || seen_port == sent_port);
    return seen_address == wanted->address && (!wanted->port || *wanted->port == seen_port);
  }
  std::string expected() const {
    return fmt::format("{} {}", name,
                       wanted ? end_text(*wanted) : end_text({sent_address, port(sent_port), {}}));
  }
  std::string observed() const {
    return fmt::format("{} {}", name, end_text({seen_address, port(seen_port), {}}));
  }
  std::optional<std::uint16_t> port(std::uint16_t value) const {
    return has_port ? std::optional(value) : std::nullopt;
  }
};

std::vector<Side> sides_of(const Translation& wanted, const flow::Tuple& sent,
                           const flow::Tuple& seen) {
  const bool has_port = sent.protocol != flow::Protocol::Icmp;
  return {{"source", wanted.source, sent.source, sent.source_port, seen.source, seen.source_port,
           has_port},
          {"destination", wanted.destination, sent.destination, sent.destination_port,
           seen.destination, seen.destination_port, has_port}};
}

class CheckComparer {
 public:
  CheckComparer(const Check& check, const evidence::Verdict& verdict, const Topology& topology)
      : check_(check), verdict_(verdict), topology_(topology) {}

  Comparison compare() {
    compare_fates();
    const bool delivered = verdict_.request.fate.kind == FateKind::Delivered;
    if (delivered && check_.expected.translated) {
      compare_translation(*check_.expected.translated);
    }
    if (delivered) compare_answer();
    if (!check_.expected.path.empty()) compare_path();
    if (check_.expected.within) compare_time();
    return {holds_, join(expected_), join(observed_)};
  }

 private:
  void add(bool holds, std::string expected, std::string observed) {
    holds_ &= holds;
    expected_.push_back(std::move(expected));
    observed_.push_back(std::move(observed));
  }

  void compare_fates() {
    const Expectation& wanted = check_.expected;
    const Verdict should = with_place(wanted.should);
    const bool unasked = planted("verifier-negatives") && should.fate != FateKind::Delivered;
    add(unasked || fits(should, verdict_.request.fate), describe(should, topology_),
        fate_text(verdict_.request.fate, topology_));
    if (wanted.should.fate != FateKind::Delivered || !verdict_.reply) return;
    if (planted("verifier-second-packet")) return;
    const Verdict reply = wanted.reply.value_or(Verdict{});
    add(fits(reply, verdict_.reply->fate), "reply " + describe(reply, topology_),
        "reply " + fate_text(verdict_.reply->fate, topology_));
  }

  // Unless it says where, "delivered" means: at the node that the flow names, or at one that has
  // the address that it was sent to. An answer from anybody else is no delivery.
  Verdict with_place(Verdict should) const {
    const auto at = verdict_.request.fate.at;
    if (should.at || should.fate != FateKind::Delivered) return should;
    if (check_.flow.to) {
      should.at = check_.flow.to;
      return should;
    }
    if (at && owns(*at, check_.flow.destination)) return should;
    should.at = topology::owner_of(topology_, check_.flow.destination);
    return should;
  }

  bool owns(NodeId node, const IpAddress& address) const {
    for (const topology::Interface& interface : topology::interfaces_of(topology_, node)) {
      const auto same = [&](const InterfaceAddress& a) { return a.address == address; };
      if (std::ranges::any_of(interface.addresses, same)) return true;
    }
    return false;
  }

  void compare_translation(const Translation& wanted) {
    const flow::Tuple& sent = sent_tuple();
    for (const Side& side : sides_of(wanted, sent, *verdict_.at_target)) {
      const bool unsaid = !side.wanted && side.holds();
      if (!unsaid) add(side.holds(), side.expected(), side.observed());
    }
  }

  // The reply must come back as the answer to what left the sender. UDP and TCP take nothing else;
  // an echo's socket takes what any address answers.
  void compare_answer() {
    const bool accepted = verdict_.reply && verdict_.reply->fate.kind == FateKind::Delivered;
    if (!accepted || !verdict_.back_at_sender || planted("verifier-second-packet")) return;
    const auto left = std::ranges::find_if(verdict_.request.trace, flow::is_hop);
    if (left == verdict_.request.trace.end()) return;
    const flow::Tuple awaited = left->tuple.inverse();
    const flow::Tuple& back = *verdict_.back_at_sender;
    // Of a group, any of it may answer.
    const bool from_there = awaited.source == back.source || awaited.source.is_multicast();
    const bool holds = awaited.protocol == flow::Protocol::Icmp
                           ? from_there && awaited.destination == back.destination
                           : awaited == back;
    if (holds) return;
    add(false, fmt::format("reply back as {}", to_string(awaited)),
        fmt::format("reply back as {}", to_string(back)));
  }

  const flow::Tuple& sent_tuple() const {
    return verdict_.sent ? *verdict_.sent : verdict_.request.trace.front().tuple;
  }

  void compare_path() {
    const auto path = routed_path(verdict_.request.trace);
    add(path == check_.expected.path, path_text(check_.expected.path, topology_),
        path_text(path, topology_));
  }

  void compare_time() {
    const auto took = verdict_.took;
    add(took <= *check_.expected.within, "within " + topoproof::to_string(*check_.expected.within),
        "after " + measured_text(took));
  }

  const Check& check_;
  const evidence::Verdict& verdict_;
  const Topology& topology_;
  bool holds_ = true;
  std::vector<std::string> expected_;
  std::vector<std::string> observed_;
};

}  // namespace

std::vector<NodeId> routed_path(const flow::Trace& trace) {
  std::vector<NodeId> path;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const flow::Step& step = trace[i];
    const auto leaves = std::find_if(
        trace.begin() + static_cast<std::ptrdiff_t>(i), trace.end(), [&](const flow::Step& s) {
          return s.node == step.node && s.kind == flow::StepKind::Forwarded;
        });
    const bool bridged =
        step.kind == flow::StepKind::Received && leaves != trace.end() && leaves->ttl == step.ttl;
    const bool forwarded = step.kind == flow::StepKind::Forwarded;
    const bool decision = step.kind == flow::StepKind::Rule || step.kind == flow::StepKind::Route;
    if (bridged || forwarded || decision || step.kind == flow::StepKind::Translated) continue;
    if (path.empty() || path.back() != step.node) path.push_back(step.node);
  }
  return path;
}

Comparison compare(const Check& check, const evidence::Verdict& verdict,
                   const topology::Topology& topology) {
  return CheckComparer(check, verdict, topology).compare();
}

std::string hop_line(const flow::Step& step, const Topology& topology) {
  std::string line = topology.node(step.node).name;
  if (!step.interface.empty()) line += ":" + step.interface;
  line = fmt::format("{:<24} {:<10} ", line, to_string(step.kind));
  const bool is_hop = step.detail.empty();
  line += is_hop ? to_string(step.tuple) : step.detail;
  if (is_hop && step.ttl != 0) line += fmt::format(" ttl {}", step.ttl);
  return line;
}

std::vector<std::string> hop_lines(const evidence::Verdict& verdict, const Topology& topology) {
  std::vector<std::string> lines;
  for (const flow::Step& step : verdict.request.trace) lines.push_back(hop_line(step, topology));
  if (!verdict.reply) return lines;
  lines.emplace_back("and back:");
  for (const flow::Step& step : verdict.reply->trace) lines.push_back(hop_line(step, topology));
  return lines;
}

}  // namespace topoproof::checks
