// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "live/inspect.hh"
#include "live/service_list.hh"
#include "netfilter/kernel_ruleset.hh"
#include "rules/show.hh"

namespace topoproof::live {
namespace {

using OrderedJson = nlohmann::ordered_json;

// A key for what is known; none for what is not.
template <class T>
void put(OrderedJson& json, const char* key, const std::optional<T>& value) {
  if (!value) return;
  if constexpr (requires { to_string(*value); }) {
    json[key] = to_string(*value);
  } else {
    json[key] = *value;
  }
}

OrderedJson json_of(const state::Link& link) {
  OrderedJson json{
      {"name", link.name},
      {"kind",
       link.kind == state::LinkKind::Other ? link.other_kind : std::string(to_string(link.kind))}};
  put(json, "index", link.index);
  put(json, "mac", link.mac);
  json["mtu"] = link.mtu;
  json["up"] = link.up;
  put(json, "master", link.master);
  put(json, "peer_index", link.peer_index);
  return json;
}

OrderedJson json_of(const state::Address& address) {
  return {{"interface", address.interface},
          {"address", to_string(address.address)},
          {"tentative", address.tentative}};
}

OrderedJson json_of(const state::NextHop& hop) {
  OrderedJson json = OrderedJson::object();
  put(json, "gateway", hop.gateway);
  put(json, "interface", hop.interface);
  json["weight"] = hop.weight;
  return json;
}

OrderedJson json_of(const state::Route& route) {
  OrderedJson json{{"type", to_string(route.type)}, {"destination", to_string(route.destination)}};
  put(json, "gateway", route.gateway);
  put(json, "interface", route.interface);
  for (const state::NextHop& hop : route.next_hops) json["next_hops"].push_back(json_of(hop));
  put(json, "source", route.source);
  json["table"] = state::table_name(route.table);
  json["metric"] = route.metric;
  json["protocol"] = to_string(route.protocol);
  return json;
}

OrderedJson json_of(const state::Rule& rule) {
  return {{"priority", rule.priority}, {"text", state::describe(rule)}};
}

OrderedJson json_of(const state::Neighbor& neighbor) {
  OrderedJson json{{"interface", neighbor.interface}, {"address", to_string(neighbor.address)}};
  put(json, "mac", neighbor.mac);
  json["state"] = to_string(neighbor.state);
  return json;
}

OrderedJson json_of(const state::BridgeEntry& entry) {
  return {{"port", entry.port}, {"mac", to_string(entry.mac)}, {"state", to_string(entry.state)}};
}

OrderedJson json_of(const firewall::Rule& rule, const firewall::Table& table) {
  OrderedJson json{{"handle", rule.handle}, {"text", rules::rule_text(rule, table)}};
  if (rule.origin.where.line != 0) json["where"] = to_string(rule.origin.where);
  if (const auto counter = netfilter::counter_of(rule)) {
    json["packets"] = counter->packets;
    json["bytes"] = counter->bytes;
  }
  return json;
}

OrderedJson json_of(const firewall::Chain& chain, const firewall::Table& table) {
  OrderedJson json{{"name", chain.name}};
  if (chain.base) json["hook"] = rules::base_text(chain);
  OrderedJson& list = json["rules"] = OrderedJson::array();
  for (const firewall::Rule& rule : chain.rules) list.push_back(json_of(rule, table));
  return json;
}

OrderedJson json_of(const firewall::Table& table) {
  OrderedJson json{{"family", to_string(table.family)}, {"name", table.name}};
  OrderedJson& chains = json["chains"] = OrderedJson::array();
  for (const firewall::Chain& chain : table.chains) chains.push_back(json_of(chain, table));
  return json;
}

OrderedJson json_of(const state::Tuple& tuple) {
  return {{"source", to_string(tuple.source)},
          {"destination", to_string(tuple.destination)},
          {"protocol", tuple.protocol},
          {"source_port", tuple.source_port},
          {"destination_port", tuple.destination_port}};
}

OrderedJson json_of(const state::Connection& connection) {
  OrderedJson json{{"original", json_of(connection.original)},
                   {"reply", json_of(connection.reply)},
                   {"status", connection.status},
                   {"timeout", connection.timeout},
                   {"mark", connection.mark}};
  put(json, "tcp_state", connection.tcp_state);
  return json;
}

template <class T>
OrderedJson list_of(const std::vector<T>& values) {
  OrderedJson list = OrderedJson::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

// With what a lab knows of an interface, and its kernel does not.
OrderedJson interfaces_of(const InspectedNode& node) {
  OrderedJson list = OrderedJson::array();
  for (const state::Link& link : node.state.links) {
    OrderedJson json = json_of(link);
    const auto far = node.far_ends.find(link.name);
    if (far != node.far_ends.end()) json["far_end"] = far->second;
    const auto impairment = node.impairments.find(link.name);
    if (impairment != node.impairments.end()) json["impairment"] = impairment->second;
    list.push_back(std::move(json));
  }
  return list;
}

OrderedJson json_of(const InspectedNode& node) {
  OrderedJson json{{"name", node.name},
                   {"interfaces", interfaces_of(node)},
                   {"addresses", list_of(node.state.addresses)},
                   {"routes", list_of(node.state.routes)},
                   {"policy_rules", list_of(node.state.rules)},
                   {"neighbors", list_of(node.state.neighbors)},
                   {"bridge_entries", list_of(node.bridge_entries)},
                   {"tables", list_of(node.rules.tables)},
                   {"connections", list_of(node.connections)}};
  if (!node.unread_rules.empty()) json["tables_unread"] = node.unread_rules;
  json["services"] = OrderedJson::parse(to_json(node.services));
  return json;
}

}  // namespace

std::string to_json(const std::string& lab, const std::vector<InspectedNode>& nodes) {
  OrderedJson json{{"version", 1}, {"lab", lab}};
  OrderedJson& list = json["nodes"] = OrderedJson::array();
  for (const InspectedNode& node : nodes) list.push_back(json_of(node));
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace topoproof::live
