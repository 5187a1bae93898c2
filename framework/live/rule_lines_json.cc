// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/rule_lines_json.hh"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace topoproof::live {
namespace {

using Json = nlohmann::json;
using Origins = std::optional<std::vector<firewall::Origin>>;

Json json_of(const firewall::Origin& origin) {
  return {origin.where.file, origin.where.line, origin.where.column, origin.text};
}

firewall::Origin origin_of(const Json& json) {
  return {.where = {.file = json.at(0), .line = json.at(1), .column = json.at(2)},
          .text = json.at(3)};
}

Json json_of(const rules::ChainName& chain, const Origins& origins) {
  Json lines;  // null: lost
  if (origins) {
    lines = Json::array();
    for (const firewall::Origin& origin : *origins) lines.push_back(json_of(origin));
  }
  return {{"family", std::to_underlying(chain.family)},
          {"table", chain.table},
          {"chain", chain.chain},
          {"lines", std::move(lines)}};
}

rules::RuleLines lines_of(const Json& chains) {
  rules::RuleLines::Chains read;
  for (const Json& chain : chains) {
    const auto family = static_cast<firewall::TableFamily>(chain.at("family").get<std::uint8_t>());
    Origins& origins = read[{family, chain.at("table"), chain.at("chain")}];
    if (chain.at("lines").is_null()) continue;
    origins.emplace();
    for (const Json& line : chain.at("lines")) origins->push_back(origin_of(line));
  }
  return rules::RuleLines::of(std::move(read));
}

}  // namespace

std::string to_json(const NodeRuleLines& lines) {
  Json json = Json::object();
  for (const auto& [node, of_node] : lines) {
    Json& chains = json[node] = Json::array();
    for (const auto& [name, origins] : of_node.chains()) chains.push_back(json_of(name, origins));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

NodeRuleLines rule_lines_of(Client& client) {
  auto lines = parse_rule_lines(client.ask({.verb = Verb::Lines}));
  if (!lines) throw std::runtime_error(to_string(lines.error()));
  return *std::move(lines);
}

std::expected<NodeRuleLines, Issue> parse_rule_lines(std::string_view text) {
  try {
    NodeRuleLines lines;
    const Json json = Json::parse(text);
    for (const auto& [node, chains] : json.items()) {
      lines.emplace(node, lines_of(chains));
    }
    return lines;
  } catch (const Json::exception& wrong) {
    return std::unexpected(make_issue(fmt::format("lines of rules: {}", wrong.what())));
  }
}

}  // namespace topoproof::live
