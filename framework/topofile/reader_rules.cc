// SPDX-License-Identifier: GPL-2.0-or-later
// What a node's file says about packet filtering and translation.
#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/interface_name.hh"
#include "document/reader.hh"
#include "topofile/reader_node.hh"
#include "topofile/short_forms.hh"

namespace topoproof::topofile {
namespace {

using document::Fields;
using document::list_of;

// `any` is what leaving the key out means, for those who like to say it.
template <class F>
auto or_any(F parse) {
  return [parse](const document::Node& node,
                 Issues& issues) -> std::optional<std::optional<document::ReadType<F>>> {
    std::optional<document::ReadType<F>> value;
    if (node.is_scalar() && node.text() == "any") return std::optional(value);
    value = document::read_value(node, issues, parse);
    if (!value) return std::nullopt;
    return std::optional(value);
  };
}

std::optional<firewall::MasqueradeRule> read_masquerade(const document::Node& node,
                                                        Issues& issues) {
  firewall::MasqueradeRule rule{.where = node.where()};
  Fields fields(node, issues);
  fields.optional("from", or_any(Prefix::parse), rule.from);
  fields.optional("out", or_any(parse_interface_name), rule.out);
  fields.finish();
  return rule;
}

std::optional<firewall::SourceNatRule> read_source_nat(const document::Node& node, Issues& issues) {
  firewall::SourceNatRule rule{.where = node.where()};
  Fields fields(node, issues);
  fields.optional("from", or_any(Prefix::parse), rule.from);
  fields.optional("out", or_any(parse_interface_name), rule.out);
  const bool complete = fields.required("to", IpAddress::parse, rule.to);
  fields.finish();
  if (!complete) return std::nullopt;
  if (!rule.from || rule.from->family() == rule.to.family()) return rule;
  issues.push_back(make_issue(node.where(), "'from' and 'to' are of different families"));
  return std::nullopt;
}

std::optional<std::string> why_not(const firewall::PortForwardRule& rule, const AddressPort& to) {
  const bool is_tcp = rule.protocol == firewall::TransportProtocol::Tcp;
  if (to.protocol && (*to.protocol == flow::Protocol::Tcp) != is_tcp) {
    return fmt::format("{} cannot be forwarded to {}", to_string(rule.protocol),
                       to_string(*to.protocol));
  }
  if (rule.address && rule.address->family() != rule.to.family()) {
    return "'address' and 'to' are of different families";
  }
  return std::nullopt;
}

std::optional<firewall::PortForwardRule> read_port_forward(const document::Node& node,
                                                           Issues& issues) {
  firewall::PortForwardRule rule{.where = node.where()};
  const auto port = document::integer<std::uint16_t>(1, 65535);
  AddressPort to;
  Fields fields(node, issues);
  fields.optional("in", or_any(parse_interface_name), rule.in);
  fields.optional("address", or_any(IpAddress::parse), rule.address);
  const document::Node* tcp = fields.take("tcp");
  const document::Node* udp = fields.take("udp");
  bool complete = fields.required("to", parse_address_port, to);
  fields.finish();
  if (!fields.is_mapping()) return std::nullopt;
  if ((tcp == nullptr) == (udp == nullptr)) {
    issues.push_back(make_issue(node.where(), "a port forward needs either 'tcp:' or 'udp:'"));
    return std::nullopt;
  }
  const auto from_port = port(tcp != nullptr ? *tcp : *udp, issues);
  if (!complete || !from_port) return std::nullopt;
  rule.protocol =
      tcp != nullptr ? firewall::TransportProtocol::Tcp : firewall::TransportProtocol::Udp;
  rule.port = *from_port;
  rule.to = to.address;
  rule.to_port = to.port.value_or(rule.port);
  const auto problem = why_not(rule, to);
  if (!problem) return rule;
  issues.push_back(make_issue(node.where(), *problem));
  return std::nullopt;
}

constexpr std::array<std::string_view, 3> kRulesKeys{"nftables", "iptables", "ip6tables"};

topology::RulesText::Language language_of(std::string_view key) {
  using enum topology::RulesText::Language;
  return key == "nftables" ? Nft : key == "iptables" ? Iptables : Ip6tables;
}

topology::RulesText::Language language_of(const std::string& text,
                                          topology::RulesText::Language key) {
  return topology::RulesText::looks_compiled(text) ? topology::RulesText::Language::Compiled : key;
}

// Rules as text have a blank or a line break; the name of a file has neither.
auto rules_reader(topology::RulesText::Language language, const FileReader& read_file) {
  return [language, &read_file](const document::Node& node,
                                Issues& issues) -> std::optional<topology::RulesText> {
    const auto text = document::read_string(node, issues);
    if (!text) return std::nullopt;
    if (text->find_first_of(" \t\n") != std::string::npos) {
      return topology::RulesText{.language = language_of(*text, language),
                                 .text = *text,
                                 .where = node.where(0),
                                 .lines = node.text_lines()};
    }
    const std::string path = relative_to(node.where().file, *text);
    auto content = read_file(path);
    if (content && content->size() > document::kMaxBytes) {
      content = std::unexpected(make_issue(
          {.file = path}, fmt::format("the file is larger than {} bytes", document::kMaxBytes)));
    }
    if (content) {
      return topology::RulesText{.language = language_of(*content, language),
                                 .text = *std::move(content),
                                 .where = {.file = path, .line = 1, .column = 1}};
    }
    issues.push_back(cannot_read(node, path, content.error()));
    return std::nullopt;
  };
}

}  // namespace

void take_rules(Fields& fields, const FileReader& read_file, topology::Node& node) {
  fields.optional("masquerade", list_of(located(read_masquerade)), node.masquerade);
  fields.optional("snat", list_of(located(read_source_nat)), node.snat);
  fields.optional("port_forwards", list_of(located(read_port_forward)), node.port_forwards);
  for (const std::string_view key : kRulesKeys) fields.take(key);
  bool complete = true;
  for (const std::string_view key : fields.in_order(kRulesKeys)) {
    const auto read = [&, read = rules_reader(language_of(key), read_file)](
                          const document::Node& one, Issues& issues) {
      auto text = read(one, issues);
      complete = complete && text;
      return text;
    };
    std::vector<topology::RulesText> texts;
    fields.optional(key, document::one_or_list_of(read), texts);
    std::ranges::move(texts, std::back_inserter(node.rules));
  }
  // Whoever tries the rest would be told of what it misses.
  if (!complete) node.rules.clear();
}

}  // namespace topoproof::topofile
