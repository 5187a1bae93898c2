// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "live/inspect.hh"
#include "live/service_list.hh"
#include "nft/kernel_ruleset.hh"
#include "rules/show.hh"

namespace topoproof::live {
namespace {

using Json = nlohmann::ordered_json;

// A key for what is known; none for what is not.
template <class T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (!value) return;
  if constexpr (requires { to_string(*value); }) {
    json[key] = to_string(*value);
  } else {
    json[key] = *value;
  }
}

Json json_of(const state::Link& link) {
  Json json{{"name", link.name},
            {"kind", link.kind == state::LinkKind::Other ? link.other_kind
                                                         : std::string(to_string(link.kind))}};
  put(json, "index", link.index);
  put(json, "mac", link.mac);
  json["mtu"] = link.mtu;
  json["up"] = link.up;
  put(json, "master", link.master);
  put(json, "peer_index", link.peer_index);
  return json;
}

Json json_of(const state::Address& address) {
  return {{"interface", address.interface},
          {"address", to_string(address.address)},
          {"tentative", address.tentative}};
}

Json json_of(const state::NextHop& hop) {
  Json json = Json::object();
  put(json, "gateway", hop.gateway);
  put(json, "interface", hop.interface);
  json["weight"] = hop.weight;
  return json;
}

Json json_of(const state::Route& route) {
  Json json{{"type", to_string(route.type)}, {"destination", to_string(route.destination)}};
  put(json, "gateway", route.gateway);
  put(json, "interface", route.interface);
  for (const state::NextHop& hop : route.next_hops) json["next_hops"].push_back(json_of(hop));
  put(json, "source", route.source);
  json["table"] = state::table_name(route.table);
  json["metric"] = route.metric;
  json["protocol"] = to_string(route.protocol);
  return json;
}

Json json_of(const state::Rule& rule) {
  return {{"priority", rule.priority}, {"text", state::describe(rule)}};
}

Json json_of(const state::Neighbor& neighbor) {
  Json json{{"interface", neighbor.interface}, {"address", to_string(neighbor.address)}};
  put(json, "mac", neighbor.mac);
  json["state"] = to_string(neighbor.state);
  return json;
}

Json json_of(const state::BridgeEntry& entry) {
  return {{"port", entry.port}, {"mac", to_string(entry.mac)}, {"state", to_string(entry.state)}};
}

Json json_of(const firewall::Rule& rule, const firewall::Table& table) {
  Json json{{"handle", rule.handle}, {"text", rules::rule_text(rule, table)}};
  if (rule.origin.where.line != 0) json["where"] = to_string(rule.origin.where);
  if (const auto counter = nft::counter_of(rule)) {
    json["packets"] = counter->packets;
    json["bytes"] = counter->bytes;
  }
  return json;
}

Json json_of(const firewall::Chain& chain, const firewall::Table& table) {
  Json json{{"name", chain.name}};
  if (chain.base) json["hook"] = rules::base_text(chain);
  Json& list = json["rules"] = Json::array();
  for (const firewall::Rule& rule : chain.rules) list.push_back(json_of(rule, table));
  return json;
}

Json json_of(const firewall::Table& table) {
  Json json{{"family", to_string(table.family)}, {"name", table.name}};
  Json& chains = json["chains"] = Json::array();
  for (const firewall::Chain& chain : table.chains) chains.push_back(json_of(chain, table));
  return json;
}

Json json_of(const state::Tuple& tuple) {
  return {{"source", to_string(tuple.source)},
          {"destination", to_string(tuple.destination)},
          {"protocol", tuple.protocol},
          {"source_port", tuple.source_port},
          {"destination_port", tuple.destination_port}};
}

Json json_of(const state::Connection& connection) {
  Json json{{"original", json_of(connection.original)},
            {"reply", json_of(connection.reply)},
            {"status", connection.status},
            {"timeout", connection.timeout},
            {"mark", connection.mark}};
  put(json, "tcp_state", connection.tcp_state);
  return json;
}

template <class T>
Json list_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

Json json_of(const InspectedNode& node) {
  Json json{{"name", node.name},
            {"interfaces", list_of(node.state.links)},
            {"addresses", list_of(node.state.addresses)},
            {"routes", list_of(node.state.routes)},
            {"policy_rules", list_of(node.state.rules)},
            {"neighbors", list_of(node.state.neighbors)},
            {"bridge_entries", list_of(node.bridge_entries)},
            {"tables", list_of(node.rules.tables)},
            {"connections", list_of(node.connections)}};
  if (!node.unread_rules.empty()) json["tables_unread"] = node.unread_rules;
  json["services"] = Json::parse(to_json(node.services));
  return json;
}

}  // namespace

std::string to_json(const std::string& lab, const std::vector<InspectedNode>& nodes) {
  Json json{{"version", 1}, {"lab", lab}};
  Json& list = json["nodes"] = Json::array();
  for (const InspectedNode& node : nodes) list.push_back(json_of(node));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace topoproof::live
