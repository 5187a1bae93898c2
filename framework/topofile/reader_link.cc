// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/reader_link.hh"

#include <fmt/format.h>

#include "base/interface_name.hh"
#include "document/fields.hh"
#include "document/sentence.hh"
#include "topofile/reader_node.hh"
#include "topofile/short_forms.hh"

namespace topoproof::topofile {
namespace {

using document::Fields;
using document::Sentence;

constexpr std::string_view kBetweenEnds = "--";

// "host:eth0 192.168.1.2/24 fd00::2/64", up to "--" or the end.
EndpointDraft take_endpoint(Sentence& words) {
  EndpointDraft end{.where = words.where()};
  Place place;
  words.value("an endpoint like host:eth0", parse_place, place);
  end.node = place.node;
  end.bridge = place.bridge;
  end.interface = place.interface;
  while (!words.is_done() && words.peek()->text() != kBetweenEnds) {
    topology::Located<InterfaceAddress> address;
    words.value("an address", located(InterfaceAddress::parse), address);
    if (!words.failed()) end.addresses.push_back(address);
  }
  return end;
}

void take_port_options(Fields& fields, EndpointDraft& end, Issues& issues) {
  using document::read_bool;
  const bool isolated = fields.optional("isolated", read_bool, end.port.isolated);
  const bool hairpin = fields.optional("hairpin", read_bool, end.port.hairpin);
  const bool learning = fields.optional("learning", read_bool, end.port.learning);
  const bool flood = fields.optional("flood", read_bool, end.port.flood);
  if (!end.bridge.empty() || !(isolated || hairpin || learning || flood)) return;
  issues.push_back(make_issue(
      end.where, "isolated, hairpin, learning and flood are for ports: 'bridge:' is missing"));
}

// `bridge: v-eth-0` or `bridge: host:v-eth-0`
void take_bridge(Fields& fields, EndpointDraft& end, Issues& issues) {
  std::string text;
  if (!fields.optional("bridge", document::read_string, text)) return;
  const auto colon = text.find(':');
  end.bridge = text.substr(colon == std::string::npos ? 0 : colon + 1);
  if (colon == std::string::npos) return;
  if (!end.node.empty() && end.node != text.substr(0, colon)) {
    issues.push_back(
        make_issue(end.where, fmt::format("bridge '{}' is not one of node '{}'", text, end.node)));
  }
  end.node = text.substr(0, colon);
}

std::optional<EndpointDraft> read_endpoint_fields(const document::Node& node, Issues& issues) {
  const std::size_t before = issues.size();
  EndpointDraft end{.where = node.where()};
  Fields fields(node, issues);
  fields.optional("node", parse_node_name, end.node);
  take_bridge(fields, end, issues);
  fields.optional("interface", parse_interface_name, end.interface);
  take_addresses(fields, end.addresses);
  fields.optional("mac", parse_interface_mac, end.mac);
  take_port_options(fields, end, issues);
  fields.optional("impair", read_impairment, end.impairment);
  fields.finish();
  if (issues.size() != before) return std::nullopt;
  if (end.node.empty() && end.bridge.empty()) {
    issues.push_back(make_issue(node.where(), "an endpoint needs 'node:' or 'bridge:'"));
    return std::nullopt;
  }
  return end;
}

std::optional<EndpointDraft> read_endpoint(const document::Node& node, Issues& issues) {
  if (node.is_mapping()) return read_endpoint_fields(node, issues);
  Sentence words(node, "an endpoint like host:eth0", issues);
  EndpointDraft end = take_endpoint(words);
  words.finish();
  if (words.failed()) return std::nullopt;
  return end;
}

// "red:veth-red 192.168.15.1/24 -- host:v-eth-0/veth-red-br"
std::optional<LinkDraft> read_link_text(const document::Node& node, Issues& issues) {
  LinkDraft link{.where = node.where()};
  Sentence words(node, "a link like 'red:eth0 -- blue:eth0'", issues);
  link.ends[0] = take_endpoint(words);
  words.require(kBetweenEnds);
  link.ends[1] = take_endpoint(words);
  words.finish();
  if (words.failed()) return std::nullopt;
  return link;
}

std::optional<LinkDraft> read_link_fields(const document::Node& node, Issues& issues) {
  const std::size_t before = issues.size();
  LinkDraft link{.where = node.where()};
  std::vector<EndpointDraft> ends;
  Fields fields(node, issues);
  const document::Node* list = fields.require("endpoints");
  if (list != nullptr) {
    auto found = document::list_of(read_endpoint)(*list, issues);
    if (found) ends = *std::move(found);
  }
  fields.optional("mtu", document::integer(68, 65535), link.mtu);
  fields.optional("weight", document::integer<std::uint32_t>(1, 0xffff'ffff), link.weight);
  std::optional<impair::Impairment> both;
  fields.optional("impair", read_impairment, both);
  fields.finish();
  if (issues.size() != before) return std::nullopt;
  if (ends.size() != 2) {
    issues.push_back(make_issue(
        list->where(), fmt::format("a link has two endpoints, not {}; where more nodes share a "
                                   "network, give it a bridge",
                                   ends.size())));
    return std::nullopt;
  }
  link.ends = {std::move(ends[0]), std::move(ends[1])};
  for (EndpointDraft& end : link.ends) {
    if (!end.impairment) end.impairment = both;
  }
  return link;
}

}  // namespace

std::optional<LinkDraft> read_link(const document::Node& node, Issues& issues) {
  return node.is_mapping() ? read_link_fields(node, issues) : read_link_text(node, issues);
}

}  // namespace topoproof::topofile
