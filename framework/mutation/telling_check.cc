// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/telling_check.hh"

#include <utility>

#include <fmt/format.h>

#include "document/writer.hh"
#include "topology/interfaces.hh"

namespace topoproof::mutation {
namespace {

using document::make_scalar;
using flow::FateKind;
using scenario::Check;
using topology::Topology;

// One end of a tuple as a check names it. The prober chooses source ports: one that nobody changed
// is not named.
std::optional<topofile::AddressPort> side_of(const IpAddress& address, std::uint16_t port,
                                             const flow::Service& service, bool named) {
  const bool has_port = named && service.has_port();
  return topofile::AddressPort{address, has_port ? std::optional(port) : std::nullopt, {}};
}

// What tells how a flow arrives from how it arrives elsewhere. An end that is as it was sent is
// left out, unless `all`.
scenario::Translation translation_of(const flow::Tuple& sent, const flow::Tuple& seen,
                                     const flow::Tuple& elsewhere, bool all) {
  const flow::Service service{seen.protocol, seen.destination_port};
  const bool same_port = !service.has_port() || sent.source_port == seen.source_port;
  const bool same_target = !service.has_port() || sent.destination_port == seen.destination_port;
  const bool names_port = !same_port || elsewhere.source_port != seen.source_port;
  scenario::Translation translation;
  if (all || sent.source != seen.source || !same_port) {
    translation.source = side_of(seen.source, seen.source_port, service, names_port);
  }
  if (all || sent.destination != seen.destination || !same_target) {
    translation.destination = side_of(seen.destination, seen.destination_port, service, true);
  }
  return translation;
}

std::string side_text(const topofile::AddressPort& side, const flow::Service& service) {
  if (!side.port) return to_string(side.address);
  if (side.address.is_v4()) return fmt::format("{}:{}", to_string(side.address), *side.port);
  return fmt::format("{} {}/{}", to_string(side.address), to_string(service.protocol), *side.port);
}

document::Node translation_tree(const scenario::Translation& translation,
                                const flow::Service& service) {
  std::vector<document::Entry> sides;
  const auto add = [&](std::string_view name, const auto& side) {
    if (side) sides.push_back({std::string(name), make_scalar(side_text(*side, service)), {}});
  };
  add("source", translation.source);
  add("destination", translation.destination);
  return sides.empty() ? make_scalar("none") : document::make_mapping(std::move(sides));
}

// The name of a node stands for the first of its addresses.
std::string destination_text(const flow::Flow& flow, const Topology& topology) {
  const auto owner = topology::owner_of(topology, flow.destination);
  const bool is_first =
      owner && topology::address_of(topology, *owner, Family::Ipv4) == flow.destination;
  return is_first ? topology.node(*owner).name : to_string(flow.destination);
}

document::Node names(const std::vector<NodeId>& nodes, const Topology& topology) {
  std::vector<document::Node> names;
  for (const NodeId node : nodes) names.push_back(make_scalar(topology.node(node).name));
  return document::make_sequence(std::move(names));
}

bool is_plain(const scenario::Expectation& expected) {
  return !expected.reply && !expected.translated && expected.path.empty();
}

// An element of a list, of the lines of a mapping.
std::string as_item(const std::string& lines) {
  std::string text = "- ";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i];
    if (lines[i] == '\n' && i + 1 < lines.size()) text += "  ";
  }
  return text;
}

// Where the words `should` and `reply` say it all.
Check with_fates(const flow::Flow& flow, const Ending& here, const Topology& topology) {
  Check check{.name = {}, .where = {}, .flow = flow, .expected = {.should = here.request}};
  const bool delivered = here.request.fate == FateKind::Delivered;
  if (delivered && here.request.at == topology::owner_of(topology, flow.destination)) {
    check.expected.should.at.reset();
  }
  const bool reply_fails = here.reply && here.reply->fate != FateKind::Delivered;
  if (reply_fails) check.expected.reply = here.reply;
  return check;
}

}  // namespace

std::optional<Check> telling_check(const flow::Flow& flow, const sim::Prediction& here,
                                   const sim::Prediction& there, const Topology& topology) {
  const Ending end = ending_of(here);
  const Ending other = ending_of(there);
  if (end.unknown || other.unknown || end.request.fate == FateKind::Lost) return std::nullopt;
  Check check = with_fates(flow, end, topology);
  if (!end.at_target) return check;
  const bool by_fate = end.request != other.request || end.reply != other.reply;
  const bool by_tuple = end.at_target != other.at_target || end.answered != other.answered;
  const flow::Tuple& sent = here.request.trace.front().tuple;
  const flow::Tuple& elsewhere = other.at_target ? *other.at_target : *end.at_target;
  const bool all = there.request.trace.empty() || there.request.trace.front().tuple != sent;
  auto translation = translation_of(sent, *end.at_target, elsewhere, !by_fate && all);
  // Whom the harness lets listen follows from the translated destination.
  if (translation.destination || (!by_fate && by_tuple)) {
    if (translation.source && translation.source->port) check.flow.source_port = sent.source_port;
    check.expected.translated = std::move(translation);
  } else if (!by_fate) {
    check.expected.path = end.path;
  }
  return check;
}

std::string check_text(const Check& check, const Topology& topology) {
  const std::string flow = describe(check.flow, topology);
  const scenario::Expectation& expected = check.expected;
  const std::string verdict = describe(expected.should, topology);
  std::vector<document::Entry> keys;
  const auto add = [&](std::string key, document::Node value) {
    keys.push_back({std::move(key), std::move(value), {}});
  };
  if (is_plain(expected)) {
    add(flow, make_scalar(verdict));
  } else {
    add("flow", make_scalar(flow));
    add("should", make_scalar(verdict));
  }
  if (expected.reply) add("reply", make_scalar(describe(*expected.reply, topology)));
  if (expected.translated) {
    add("translated", translation_tree(*expected.translated, check.flow.service));
  }
  if (!expected.path.empty()) add("path", names(expected.path, topology));
  return as_item(document::write_yaml(document::make_mapping(std::move(keys))));
}

std::string describe(const flow::Flow& flow, const Topology& topology) {
  std::string text = fmt::format("{} -> {} {}", topology.node(flow.from).name,
                                 destination_text(flow, topology), to_string(flow.service));
  if (flow.source) text += fmt::format(" source {}", to_string(*flow.source));
  if (flow.ttl) text += fmt::format(" ttl {}", *flow.ttl);
  if (flow.source_port) text += fmt::format(" source_port {}", *flow.source_port);
  if (flow.payload_size) text += fmt::format(" size {}", *flow.payload_size);
  if (flow.dont_fragment) text += " df";
  return text;
}

std::string describe(const Ending& ending, const Topology& topology) {
  if (ending.unknown) return "unknown to the simulator";
  std::string text = describe(ending.request, topology);
  if (ending.at_target) text += " as " + to_string(*ending.at_target);
  if (ending.reply) text += ", reply " + describe(*ending.reply, topology);
  return text;
}

}  // namespace topoproof::mutation
