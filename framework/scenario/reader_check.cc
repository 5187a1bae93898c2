// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.hh"
#include "document/sentence.hh"
#include "scenario/reader_parts.hh"
#include "topofile/reader_names.hh"
#include "topology/interfaces.hh"

namespace topoproof::scenario {
namespace {

using document::Entry;
using document::Fields;
using flow::FateKind;

// `translated: { source: ADDRESS[:PORT], destination: ... }` or `translated: none`
std::optional<Translation> read_translation(const document::Node& node, Issues& issues) {
  Translation translation;
  if (node.is_scalar() && node.text() == "none") return translation;
  const std::size_t before = issues.size();
  if (!node.is_mapping()) {
    document::report_unexpected(node, "none, or a mapping with 'source:' or 'destination:'",
                                issues);
    return std::nullopt;
  }
  Fields fields(node, issues);
  fields.optional("source", topofile::parse_address_port, translation.source);
  fields.optional("destination", topofile::parse_address_port, translation.destination);
  fields.finish();
  if (issues.size() != before) return std::nullopt;
  return translation;
}

auto node_reader(const Reading& reading) {
  return [&reading](const document::Node& node, Issues&) { return read_node_name(node, reading); };
}

// should, reply, at, within, expect_fail: what a check and a matrix have in common.
// `short_verdict`: the value of a check in short form, which says the same as `should:`.
void take_expectation(Fields& fields, const document::Node* short_verdict, const Location& where,
                      const Reading& reading, Expectation& expected) {
  const document::Node* should = fields.take("should");
  const document::Node* reply = fields.take("reply");
  const auto report = [&](std::string text) {
    reading.issues.push_back(make_issue(where, std::move(text)));
  };
  if (short_verdict != nullptr && !short_verdict->is_null()) {
    if (should != nullptr) report("the verdict stands behind the flow and in 'should:' as well");
    should = short_verdict;
  }
  if (should == nullptr && reply == nullptr) {
    report("say what becomes of the flow: 'should: delivered', or another fate");
  }
  if (should != nullptr) {
    if (const auto verdict = read_verdict(*should, reading)) expected.should = *verdict;
  }
  if (reply != nullptr) expected.reply = read_verdict(*reply, reading);
  if (expected.reply && expected.should.fate != FateKind::Delivered) {
    report(fmt::format("a flow that is {} has no reply", to_string(expected.should.fate)));
  }
  std::optional<NodeId> at;
  if (fields.optional("at", node_reader(reading), at)) {
    if (expected.should.at) report("the place is said twice: in the verdict and by 'at:'");
    expected.should.at = at;
  }
  fields.optional("within", parse_duration, expected.within);
  fields.optional("expect_fail", document::read_string, expected.expect_fail);
}

void take_way(Fields& fields, const Reading& reading, Expectation& expected) {
  fields.optional("translated", read_translation, expected.translated);
  fields.optional("path", document::list_of(node_reader(reading)), expected.path);
  if (const auto* path = fields.take("path"); path != nullptr) {
    refuse_empty(*path, "a path needs a node", reading);
  }
}

// A part of a scalar's text that keeps its own place.
document::Node part_of(const document::Node& node, std::size_t offset, std::size_t length) {
  const Location where = node.where(offset);
  document::Origin origin = node.origin();
  origin.line = where.line;
  origin.column = where.column;
  if (origin.text_column != 0) {
    origin.text_line = where.line;
    origin.text_column = where.column;
  }
  return document::Node(document::Scalar{.text = node.text().substr(offset, length)}, origin);
}

// `"red -> blue icmp: delivered"` in quotes, which YAML asks for around an IPv6 address or a '#',
// is the mapping that it is without them. Any other node is left as it is.
document::Node as_mapping(const document::Node& node) {
  if (!node.is_scalar() || !node.text().contains("->")) return node;
  constexpr std::string_view kColon = ": ";
  const auto colon = node.text().rfind(kColon);
  const document::Node key = part_of(node, 0, colon);
  document::Node value;
  if (colon != std::string::npos) value = part_of(node, colon + kColon.size(), std::string::npos);
  return node.with(std::vector{Entry{key.text(), std::move(value), key.origin()}});
}

// The entry `red -> blue icmp: delivered` of a check in short form.
const Entry* find_short_form(const document::Node& node) {
  if (!node.is_mapping()) return nullptr;
  const auto found = std::ranges::find_if(
      node.entries(), [](const Entry& entry) { return entry.key.find("->") != std::string::npos; });
  return found == node.entries().end() ? nullptr : &*found;
}

document::Node key_of(const Entry& entry) {
  return document::Node(document::Scalar{.text = entry.key}, entry.origin);
}

std::string short_name(const document::Node& flow_text, const flow::Flow& flow,
                       const Expectation& expected, const Reading& reading) {
  const std::string text =
      flow_text.is_scalar() ? flow_text.text() : describe(flow, reading.topology);
  const bool lost_reply = expected.reply && expected.reply->fate != FateKind::Delivered;
  return fmt::format("{}: {}{}", text, lost_reply ? "reply " : "",
                     describe(lost_reply ? *expected.reply : expected.should, reading.topology));
}

// A port that is said to be of UDP is none of a TCP flow, an echo has no ports, and no translation
// of Linux leads from one family to the other.
bool can_be_of(const topofile::AddressPort& side, const flow::Flow& flow) {
  const flow::Protocol protocol = flow.service.protocol;
  if (protocol == flow::Protocol::Raw) return true;
  if (side.address.family() != flow.destination.family()) return false;
  if (side.port && !flow.service.has_port()) return false;
  return !side.protocol || *side.protocol == protocol;
}

void check_side(const document::Node& where, const std::optional<topofile::AddressPort>& side,
                const flow::Flow& flow, Issues& issues) {
  if (!side || can_be_of(*side, flow)) return;
  issues.push_back(
      make_issue(where.where(), fmt::format("'{}' is no place of a flow of {} to {}", where.text(),
                                            to_string(flow.service), to_string(flow.destination))));
}

void check_translation(const document::Node& check, const Expectation& expected,
                       const flow::Flow& flow, Issues& issues) {
  const document::Node* translated = check.find("translated");
  if (translated == nullptr || !expected.translated) return;
  const document::Node* source = translated->find("source");
  const document::Node* destination = translated->find("destination");
  if (source != nullptr) check_side(*source, expected.translated->source, flow, issues);
  if (destination != nullptr) {
    check_side(*destination, expected.translated->destination, flow, issues);
  }
}

std::optional<Check> read_check(const document::Node& item, const Reading& reading) {
  const std::size_t before = reading.issues.size();
  const document::Node node = as_mapping(item);
  Check check{.name = {}, .where = node.where(), .flow = {}, .expected = {}};
  Fields fields(node, reading.issues);
  const Entry* short_form = find_short_form(node);
  if (short_form != nullptr) fields.take(short_form->key);
  fields.optional("name", document::read_string, check.name);
  const document::Node* given =
      short_form != nullptr ? fields.take("flow") : fields.require("flow");
  take_expectation(fields, short_form != nullptr ? &short_form->value : nullptr, node.where(),
                   reading, check.expected);
  take_way(fields, reading, check.expected);
  fields.finish();
  if (check.expected.translated && check.expected.should.fate != FateKind::Delivered) {
    reading.issues.push_back(make_issue(
        node.where(), fmt::format("'translated:' is what the target sees, and a flow that is {} "
                                  "has none",
                                  to_string(check.expected.should.fate))));
  }
  if (short_form != nullptr && given != nullptr) {
    reading.issues.push_back(make_issue(given->where(), "the check has two flows"));
  }
  if (short_form == nullptr && given == nullptr) return std::nullopt;
  const document::Node text = short_form != nullptr ? key_of(*short_form) : *given;
  const auto flow = read_flow(text, reading);
  if (flow && flow->service.protocol == flow::Protocol::Raw && check.expected.reply) {
    reading.issues.push_back(make_issue(text.where(), "nobody waits for the reply to a raw frame"));
  }
  if (flow) check_translation(node, check.expected, *flow, reading.issues);
  if (!flow || reading.issues.size() != before) return std::nullopt;
  check.flow = *flow;
  if (check.name.empty()) check.name = short_name(text, *flow, check.expected, reading);
  return check;
}

std::optional<std::vector<NodeId>> read_matrix_nodes(const document::Node& node,
                                                     const Reading& reading) {
  if (!node.is_scalar() || node.text() != "all") {
    return document::list_of(node_reader(reading))(node, reading.issues);
  }
  std::vector<NodeId> all;
  for (std::size_t i = 0; i < reading.topology.nodes().size(); ++i) all.emplace_back(i);
  return all;
}

// IPv4 if every node has it, else IPv6, if the file does not say which.
void find_addresses(const document::Node& node, std::optional<Family> family,
                    const Reading& reading, Matrix& matrix) {
  const auto has_ipv4 = [&](NodeId id) {
    return topology::address_of(reading.topology, id, Family::Ipv4).has_value();
  };
  const Family used =
      family.value_or(std::ranges::all_of(matrix.nodes, has_ipv4) ? Family::Ipv4 : Family::Ipv6);
  for (const NodeId id : matrix.nodes) {
    const auto address = topology::address_of(reading.topology, id, used);
    if (address) {
      matrix.addresses.push_back(*address);
    } else {
      reading.name_issues.push_back(make_issue(
          node.where(), fmt::format("'{}' has no {} address", reading.topology.node(id).name,
                                    used == Family::Ipv4 ? "IPv4" : "IPv6")));
    }
  }
}

// Nothing would be checked, which looks like nothing that is wrong.
void refuse_pairless(Fields& fields, const Matrix& matrix, const Reading& reading) {
  const document::Node* nodes = fields.take("nodes");
  const document::Node* services = fields.take("with");
  if (services != nullptr) refuse_empty(*services, "a matrix needs a service", reading);
  if (nodes == nullptr) return;
  const bool is_one = nodes->is_sequence() ? nodes->items().size() < 2
                                           : nodes->is_scalar() && matrix.nodes.size() == 1;
  if (!is_one) return;
  reading.name_issues.push_back(
      make_issue(nodes->where(), "a matrix needs two nodes: it checks each pair"));
}

std::optional<Matrix> read_matrix(const document::Node& node, const Reading& reading) {
  const std::size_t before = reading.issues.size();
  Matrix matrix{.name = {},
                .where = node.where(),
                .nodes = {},
                .addresses = {},
                .services = {},
                .expected = {}};
  std::optional<Family> family;
  Fields fields(node, reading.issues);
  fields.optional("name", document::read_string, matrix.name);
  const auto nodes = [&](const document::Node& list, Issues&) {
    return read_matrix_nodes(list, reading);
  };
  fields.required("nodes", nodes, matrix.nodes);
  fields.required("with", document::one_or_list_of(flow::Service::parse), matrix.services);
  refuse_pairless(fields, matrix, reading);
  fields.optional("family", read_family, family);
  take_expectation(fields, nullptr, node.where(), reading, matrix.expected);
  fields.finish();
  find_addresses(node, family, reading, matrix);
  if (reading.issues.size() != before || matrix.addresses.size() != matrix.nodes.size()) {
    return std::nullopt;
  }
  std::vector<std::string> services;
  for (const flow::Service& service : matrix.services) services.push_back(to_string(service));
  if (matrix.name.empty()) {
    matrix.name = fmt::format("matrix {}: {}", fmt::join(services, ", "),
                              describe(matrix.expected.should, reading.topology));
  }
  return matrix;
}

}  // namespace

void refuse_empty(const document::Node& list, std::string_view sentence, const Reading& reading) {
  if (!list.is_sequence() || !list.items().empty()) return;
  reading.issues.push_back(make_issue(list.where(), std::string(sentence)));
}

std::optional<Verdict> read_verdict(const document::Node& node, const Reading& reading) {
  Verdict verdict;
  document::Sentence words(node, "a fate like delivered or no_route", reading.issues);
  words.value("a fate", flow::parse_fate_kind, verdict.fate);
  if (!words.is_done()) {
    words.require("at");
    if (const auto* place = words.take("a node")) {
      verdict.at = read_node_name(*place, reading);
      if (!verdict.at) return std::nullopt;
    }
  }
  words.finish();
  if (words.failed()) return std::nullopt;
  return verdict;
}

std::optional<CheckItem> read_check_item(const document::Node& node, const Reading& reading) {
  const document::Node* matrix = node.find("matrix");
  if (matrix == nullptr) {
    auto check = read_check(node, reading);
    if (!check) return std::nullopt;
    return *std::move(check);
  }
  Fields fields(node, reading.issues);
  fields.take("matrix");
  fields.finish();
  auto found = read_matrix(*matrix, reading);
  if (!found) return std::nullopt;
  return *std::move(found);
}

}  // namespace topoproof::scenario
