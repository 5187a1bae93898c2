// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/interface_name.hh"
#include "document/sentence.hh"
#include "packet/view.hh"
#include "scenario/reader_parts.hh"
#include "topofile/reader_names.hh"
#include "topology/interfaces.hh"

namespace topoproof::scenario {
namespace {

using document::Fields;
using document::flag;
using document::integer;
using document::option;
using document::Sentence;

// A flow before its names are resolved: text and mapping give the same.
struct Draft {
  document::Node from;
  document::Node to;
  std::optional<Family> family;
  flow::Flow flow;
};

constexpr std::size_t kLargestPayload = 65'507;  // of UDP and ICMP over IPv4

std::optional<Draft> read_text(const document::Node& node, Issues& issues) {
  Draft draft;
  flow::Flow& flow = draft.flow;
  Sentence words(node, "a flow like 'red -> blue tcp/80'", issues);
  if (const auto* from = words.take("a node")) draft.from = *from;
  words.require("->");
  if (const auto* to = words.take("a node or an address")) draft.to = *to;
  words.value("a service (icmp, tcp/PORT, udp/PORT)", flow::Service::parse, flow.service);
  words.options(
      {{"ipv4", [&](Sentence&) { draft.family = Family::Ipv4; }},
       {"ipv6", [&](Sentence&) { draft.family = Family::Ipv6; }},
       option("source", "an address", IpAddress::parse, flow.source),
       option("source_port", "a port", integer<std::uint16_t>(1, 65535), flow.source_port),
       option("ttl", "a number", integer<std::uint8_t>(1, 255), flow.ttl),
       option("size", "a number of bytes", integer<std::size_t>(0, kLargestPayload),
              flow.payload_size),
       flag("df", flow.dont_fragment)});
  if (words.failed()) return std::nullopt;
  return draft;
}

std::optional<document::Node> as_it_is(const document::Node& node, Issues& issues) {
  if (document::read_string(node, issues)) return node;
  return std::nullopt;
}

// What is not IP leaves no trace that could be followed.
std::expected<Bytes, Issue> parse_frame(std::string_view text) {
  auto frame = parse_hex(text);
  if (!frame) return frame;
  const auto ethernet = packet::parse_frame_view(*frame);
  if (!ethernet || !packet::parse_view(ethernet->network)) {
    return std::unexpected(
        make_issue("a frame is an Ethernet header with a whole IPv4 or IPv6 header behind it"));
  }
  return frame;
}

IpAddress destination_of(BytesView frame) {
  return packet::parse_view(packet::parse_frame_view(frame)->network)->dst;
}

// A raw frame says by itself where it goes; it needs the interface that it leaves by.
void take_frame(Fields& fields, flow::Flow& flow, bool& complete) {
  const bool has_frame = fields.required("frame", parse_frame, flow.frame);
  if (has_frame) flow.destination = destination_of(flow.frame);
  const bool has_interface = fields.required("interface", parse_interface_name, flow.interface);
  flow.service = {flow::Protocol::Raw, 0};
  complete = complete && has_frame && has_interface;
}

std::optional<Draft> read_fields(const document::Node& node, Issues& issues) {
  const std::size_t before = issues.size();
  Draft draft;
  flow::Flow& flow = draft.flow;
  Fields fields(node, issues);
  bool complete = fields.required("from", as_it_is, draft.from);
  if (node.find("frame") != nullptr) {
    take_frame(fields, flow, complete);
  } else {
    complete = fields.required("to", as_it_is, draft.to) && complete;
    complete = fields.required("service", flow::Service::parse, flow.service) && complete;
    fields.take("frame");
    fields.take("interface");
  }
  fields.optional("family", read_family, draft.family);
  fields.optional("source", IpAddress::parse, flow.source);
  fields.optional("source_port", integer<std::uint16_t>(1, 65535), flow.source_port);
  fields.optional("ttl", integer<std::uint8_t>(1, 255), flow.ttl);
  fields.optional("size", integer<std::size_t>(0, kLargestPayload), flow.payload_size);
  fields.optional("df", document::read_bool, flow.dont_fragment);
  fields.finish();
  if (!complete || issues.size() != before) return std::nullopt;
  return draft;
}

std::optional<flow::Flow> refuse(const document::Node& at, std::string text, Issues& issues) {
  issues.push_back(make_issue(at.where(), std::move(text)));
  return std::nullopt;
}

// Linux lets a socket have an address that is not its node's where this sysctl says so.
bool may_have_any_source(const topology::Node& node, Family family) {
  const std::string_view name =
      family == Family::Ipv4 ? "net.ipv4.ip_nonlocal_bind" : "net.ipv6.ip_nonlocal_bind";
  return std::ranges::any_of(node.sysctls, [&](const auto& sysctl) {
    return sysctl.value.name == name && sysctl.value.value != "0";
  });
}

std::vector<InterfaceAddress> addresses_of(const topology::Topology& topology, NodeId node) {
  std::vector<InterfaceAddress> all;
  for (const topology::Interface& interface : topology::interfaces_of(topology, node)) {
    all.insert(all.end(), interface.addresses.begin(), interface.addresses.end());
  }
  return all;
}

bool has_address(std::span<const InterfaceAddress> own, const IpAddress& address) {
  const bool stated = std::ranges::any_of(own, [&](const auto& a) { return a.address == address; });
  // What nodes have without being told.
  return stated || address.is_loopback() || (address.is_v6() && address.is_link_local());
}

std::string sources_of(std::span<const InterfaceAddress> own, Family family) {
  std::vector<std::string> texts;
  for (const InterfaceAddress& a : own) {
    if (a.family() == family) texts.push_back(to_string(a.address));
  }
  return texts.empty() ? std::string("it has none") : fmt::format("{}", fmt::join(texts, ", "));
}

bool is_broadcast(const IpAddress& address, std::span<const InterfaceAddress> own) {
  if (!address.is_v4()) return false;
  const std::uint32_t bits = address.v4().bits();
  if (bits == 0xffff'ffff) return true;
  return std::ranges::any_of(own, [&](const InterfaceAddress& a) {
    if (a.family() != Family::Ipv4 || a.length > 30) return false;
    return bits == (a.network().address().v4().bits() | 0xffff'ffffU >> a.length);
  });
}

// What no socket would send, or would send to itself. RETURNS: why, as a sentence.
std::optional<std::string> cannot_be_sent(const flow::Flow& flow,
                                          const topology::Topology& topology) {
  const topology::Node& node = topology.node(flow.from);
  const auto own = addresses_of(topology, flow.from);
  const Family family = flow.family();
  if (flow.source && !has_address(own, *flow.source) && !may_have_any_source(node, family)) {
    return fmt::format("'{}' has no address {}: a flow's source is one of its sender's ({})",
                       node.name, to_string(*flow.source), sources_of(own, family));
  }
  if (is_broadcast(flow.destination, own) && !has_address(own, flow.destination)) {
    return fmt::format("{} is a broadcast address of '{}': a flow goes to one host",
                       to_string(flow.destination), node.name);
  }
  const bool to_own_port = flow.service.has_port() && flow.source_port == flow.service.port;
  if (to_own_port && has_address(own, flow.destination)) {
    return fmt::format(
        "source_port {} is the port that the flow is sent to, at its own sender: "
        "its socket would be its own target",
        flow.service.port);
  }
  return std::nullopt;
}

std::optional<flow::Flow> resolve(const document::Node& node, Draft draft, const Reading& reading) {
  flow::Flow& flow = draft.flow;
  const auto from = read_node_name(draft.from, reading);
  if (flow.service.protocol == flow::Protocol::Raw) {
    if (!from) return std::nullopt;
    flow.from = *from;
    const bool there = topofile::require_interface(reading.topology, *from, flow.interface,
                                                   node.where(), reading.name_issues);
    return there ? std::optional(flow) : std::nullopt;
  }
  if (!draft.family && flow.source) draft.family = flow.source->family();
  const auto to = resolve_destination(draft.to, draft.family, reading);
  if (!from || !to) return std::nullopt;
  flow.from = *from;
  flow.destination = to->address;
  flow.to = to->node;
  if (flow.source && flow.source->family() != to->address.family()) {
    return refuse(node, "source and destination are of different families", reading.issues);
  }
  if (flow.source_port && !flow.service.has_port()) {
    return refuse(node, fmt::format("{} has no ports", to_string(flow.service)), reading.issues);
  }
  if (auto why = cannot_be_sent(flow, reading.topology)) {
    return refuse(node, *std::move(why), reading.name_issues);
  }
  return flow;
}

std::string no_address(std::string_view name, std::optional<Family> family) {
  if (!family) return fmt::format("'{}' has no address", name);
  return fmt::format("'{}' has no {} address", name, *family == Family::Ipv4 ? "IPv4" : "IPv6");
}

std::optional<IpAddress> address_of_place(const topofile::Place& place, NodeId node, Family family,
                                          const topology::Topology& topology) {
  if (place.interface.empty()) return topology::address_of(topology, node, family);
  return topology::address_of(topology, node, place.interface, family);
}

}  // namespace

std::optional<Family> read_family(const document::Node& node, Issues& issues) {
  return document::choice<Family>({{"ipv4", Family::Ipv4}, {"ipv6", Family::Ipv6}})(node, issues);
}

std::optional<NodeId> read_node_name(const document::Node& node, const Reading& reading) {
  const auto name = document::read_string(node, reading.issues);
  if (!name) return std::nullopt;
  return topofile::resolve_node(reading.topology, *name, node.where(), reading.name_issues);
}

std::optional<Destination> resolve_destination(const document::Node& node,
                                               std::optional<Family> family,
                                               const Reading& reading) {
  const std::string& text = node.text();
  const auto report = [&](Issues& issues, std::string sentence) {
    issues.push_back(make_issue(node.where(), std::move(sentence)));
    return std::nullopt;
  };
  if (const auto literal = IpAddress::parse(text)) {
    if (!family || literal->family() == *family) return Destination{*literal, {}};
    return report(reading.issues, fmt::format("{} is not an {} address", text, to_string(*family)));
  }
  const auto place = topofile::parse_place(text);
  if (text.starts_with('[')) {
    return report(reading.issues,
                  fmt::format("'{}': write an IPv6 address without brackets", text));
  }
  if (!place) {
    return report(reading.issues,
                  fmt::format("'{}' is neither a node, nor node:interface, nor an address", text));
  }
  const auto id =
      topofile::resolve_node(reading.topology, place->node, node.where(), reading.name_issues);
  if (!id) return std::nullopt;
  if (!place->interface.empty() &&
      !topofile::require_interface(reading.topology, *id, place->interface, node.where(),
                                   reading.name_issues)) {
    return std::nullopt;
  }
  auto found = address_of_place(*place, *id, family.value_or(Family::Ipv4), reading.topology);
  if (!found && !family) found = address_of_place(*place, *id, Family::Ipv6, reading.topology);
  if (!found) return report(reading.name_issues, no_address(text, family));
  return Destination{*found, *id};
}

std::optional<flow::Flow> read_flow(const document::Node& node, const Reading& reading) {
  auto draft =
      node.is_mapping() ? read_fields(node, reading.issues) : read_text(node, reading.issues);
  if (!draft) return std::nullopt;
  return resolve(node, *std::move(draft), reading);
}

}  // namespace topoproof::scenario
