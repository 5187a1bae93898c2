// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/yaml_text.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/duration.hh"

namespace topoproof::topofile {
namespace {

using document::make_mapping;
using document::make_scalar;
using document::make_sequence;

// The texts of a list of values.
template <class T, class F>
document::Node texts_of(const std::vector<topology::Located<T>>& values, F to_text) {
  std::vector<std::string> texts;
  for (const auto& value : values) texts.push_back(to_text(value.value));
  return one_or_list(texts);
}

// A list of mappings; null if it is empty.
template <class T, class F>
document::Node trees_of(const std::vector<topology::Located<T>>& values, F to_tree) {
  std::vector<document::Node> trees;
  for (const auto& value : values) trees.push_back(to_tree(value.value));
  return trees.empty() ? document::Node() : make_sequence(std::move(trees));
}

std::string hop_text(const std::optional<IpAddress>& gateway,
                     const std::optional<std::string>& interface) {
  std::string text;
  if (gateway) text += " via " + to_string(*gateway);
  if (interface) text += " dev " + *interface;
  return text;
}

std::string neighbor_text(const state::Neighbor& neighbor) {
  std::string text = to_string(neighbor.address);
  if (neighbor.mac) text += " lladdr " + to_string(*neighbor.mac);
  return text + " dev " + neighbor.interface;
}

document::Node bridge_tree(const topology::Bridge& bridge) {
  Mapping keys;
  add_addresses(bridge.addresses, keys);
  if (bridge.mtu) keys.text("mtu", std::to_string(*bridge.mtu));
  if (bridge.mac) keys.text("mac", to_string(*bridge.mac));
  if (bridge.stp) keys.flag("stp", true);
  if (bridge.ageing) keys.text("ageing", fmt::format("{}s", bridge.ageing->count()));
  return keys.take();
}

document::Node bridges_tree(const topology::Topology& topology, NodeId node) {
  Mapping keys;
  for (const BridgeId id : topology.bridges_of(node)) {
    keys.add(topology.bridge(id).name, bridge_tree(topology.bridge(id)));
  }
  return keys.empty() ? document::Node() : keys.take();
}

document::Node sysctls_tree(const topology::Node& node) {
  Mapping keys;
  for (const auto& [sysctl, where] : node.sysctls) keys.text(sysctl.name, sysctl.value);
  return keys.empty() ? document::Node() : keys.take();
}

template <class Rule>
void add_selection(const Rule& rule, Mapping& keys) {
  if (rule.from) keys.text("from", to_string(*rule.from));
  if (rule.out) keys.text("out", *rule.out);
}

document::Node masquerade_tree(const firewall::MasqueradeRule& rule) {
  Mapping keys;
  add_selection(rule, keys);
  return keys.take();
}

document::Node source_nat_tree(const firewall::SourceNatRule& rule) {
  Mapping keys;
  add_selection(rule, keys);
  keys.text("to", to_string(rule.to));
  return keys.take();
}

document::Node port_forward_tree(const firewall::PortForwardRule& rule) {
  const std::string protocol(to_string(rule.protocol));
  Mapping keys;
  if (rule.in) keys.text("in", *rule.in);
  if (rule.address) keys.text("address", to_string(*rule.address));
  keys.text(protocol, std::to_string(rule.port));
  const std::string to = to_string(rule.to);
  keys.text("to", rule.to.is_v4() ? fmt::format("{}:{}", to, rule.to_port)
                                  : fmt::format("{} {}/{}", to, protocol, rule.to_port));
  return keys.take();
}

// Compiled rules have no key of their own: they are known when they are read.
std::string_view key_of(const topology::RulesText& rules) {
  switch (rules.language) {
    case topology::RulesText::Language::Iptables:
      return "iptables";
    case topology::RulesText::Language::Ip6tables:
      return "ip6tables";
    case topology::RulesText::Language::Nft:
    case topology::RulesText::Language::Compiled:
      return "nftables";
  }
  return {};
}

// The order of the keys is that of loading.
void add_rules(const topology::Node& node, Mapping& keys) {
  std::vector<std::string_view> written;
  for (const topology::RulesText& first : node.rules) {
    const auto key = key_of(first);
    if (std::ranges::find(written, key) != written.end()) continue;
    written.push_back(key);
    std::vector<std::string> texts;
    for (const topology::RulesText& rules : node.rules) {
      if (key_of(rules) == key) texts.push_back(rules.text);
    }
    keys.add(std::string(key), one_or_list(texts));
  }
}

bool has_port_options(const topology::Endpoint& end) { return end.port != topology::PortOptions(); }

std::string endpoint_text(const topology::Topology& topology, const topology::Endpoint& end) {
  std::string text = topology.node(end.node).name + ":";
  if (end.bridge) text += topology.bridge(*end.bridge).name + "/";
  text += end.interface;
  for (const auto& address : end.addresses) text += " " + to_string(address.value);
  return text;
}

document::Node impairment_tree(const impair::Impairment& impairment) {
  using topoproof::to_string;
  Mapping keys;
  if (impairment.delay.count() > 0) keys.text("delay", to_string(impairment.delay));
  if (impairment.jitter.count() > 0) keys.text("jitter", to_string(impairment.jitter));
  const impair::Share none;
  if (impairment.loss != none) keys.text("loss", to_string(impairment.loss));
  if (impairment.duplicate != none) keys.text("duplicate", to_string(impairment.duplicate));
  if (impairment.reorder != none) keys.text("reorder", to_string(impairment.reorder));
  if (impairment.rate != impair::Rate()) keys.text("rate", to_string(impairment.rate));
  if (impairment.seed != 0) keys.text("seed", std::to_string(impairment.seed));
  return keys.take();
}

document::Node endpoint_tree(const topology::Topology& topology, const topology::Endpoint& end) {
  if (!end.mac && !has_port_options(end) && !end.impairment)
    return make_scalar(endpoint_text(topology, end));
  Mapping keys;
  keys.text("node", topology.node(end.node).name);
  if (end.bridge) keys.text("bridge", topology.bridge(*end.bridge).name);
  keys.text("interface", end.interface);
  add_addresses(end.addresses, keys);
  if (end.mac) keys.text("mac", to_string(*end.mac));
  if (end.port.isolated) keys.flag("isolated", true);
  if (end.port.hairpin) keys.flag("hairpin", true);
  if (end.port.learning) keys.flag("learning", *end.port.learning);
  if (end.port.flood) keys.flag("flood", *end.port.flood);
  if (end.impairment) keys.add("impair", impairment_tree(*end.impairment));
  return keys.take();
}

}  // namespace

void Mapping::add(std::string key, document::Node value) {
  entries_.push_back({std::move(key), std::move(value)});
}
void Mapping::text(std::string key, std::string value) {
  add(std::move(key), make_scalar(std::move(value)));
}
void Mapping::flag(std::string key, bool value) { text(std::move(key), value ? "true" : "false"); }
void Mapping::optional(std::string key, const document::Node& value) {
  if (!value.is_null()) add(std::move(key), value);
}
document::Node Mapping::take() { return make_mapping(std::move(entries_)); }

document::Node one_or_list(const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  if (texts.size() == 1) return make_scalar(texts.front());
  std::vector<document::Node> items;
  for (const std::string& text : texts) items.push_back(make_scalar(text));
  return make_sequence(std::move(items));
}

void add_addresses(const topology::Addresses& addresses, Mapping& keys) {
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    std::vector<std::string> texts;
    for (const auto& address : addresses) {
      if (address.value.family() == family) texts.push_back(to_string(address.value));
    }
    keys.optional(std::string(to_string(family)), one_or_list(texts));
  }
}

std::string route_text(const state::Route& route) {
  // "default" is of the family of its gateway, else of IPv4.
  const bool is_default =
      route.destination.is_default() && (route.family() == Family::Ipv4 || route.gateway);
  std::string text = is_default ? "default" : to_string(route.destination);
  if (route.type != state::RouteType::Unicast) text = to_string(route.type) + " " + text;
  text += hop_text(route.gateway, route.interface);
  if (route.source) text += " src " + to_string(*route.source);
  if (route.table != state::kTableMain) text += " table " + state::table_name(route.table);
  if (route.metric != 0) text += fmt::format(" metric {}", route.metric);
  if (route.mtu) text += fmt::format(" mtu {}", *route.mtu);
  if (route.on_link) text += " onlink";
  for (const auto& hop : route.next_hops) {
    text += " nexthop" + hop_text(hop.gateway, hop.interface);
    if (hop.weight != 1) text += fmt::format(" weight {}", hop.weight);
  }
  return text;
}

document::Node node_tree(const topology::Topology& topology, NodeId id) {
  const topology::Node& node = topology.node(id);
  const auto address = [](const InterfaceAddress& one) { return to_string(one); };
  const auto service = [](const flow::Service& one) { return to_string(one); };
  const auto plain_address = [](const IpAddress& one) { return to_string(one); };
  const auto names = [](const topology::HostNames& one) { return to_string(one); };
  Mapping keys;
  if (node.forwarding) keys.flag("forwarding", true);
  keys.optional("loopback", texts_of(node.loopback, address));
  keys.optional("bridges", bridges_tree(topology, id));
  keys.optional("routes", texts_of(node.routes, route_text));
  const auto rule_text = [](const state::Rule& rule) {
    const bool says_family = rule.from || rule.to;
    return (rule.family == Family::Ipv6 && !says_family ? "ipv6 " : "") + to_string(rule);
  };
  keys.optional("rules", texts_of(node.policy_rules, rule_text));
  keys.optional("neighbors", texts_of(node.neighbors, neighbor_text));
  keys.optional("sysctls", sysctls_tree(node));
  keys.optional("listens", texts_of(node.listens, service));
  keys.optional("services", programs_tree(node));
  keys.optional("name_servers", texts_of(node.name_servers, plain_address));
  keys.optional("hosts", texts_of(node.hosts, names));
  keys.optional("masquerade", trees_of(node.masquerade, masquerade_tree));
  keys.optional("snat", trees_of(node.snat, source_nat_tree));
  keys.optional("port_forwards", trees_of(node.port_forwards, port_forward_tree));
  add_rules(node, keys);
  return keys.take();
}

document::Node link_tree(const topology::Topology& topology, const topology::Link& link) {
  const auto& [a, b] = link.ends;
  const bool is_plain = !link.mtu && link.weight == 1 &&
                        std::ranges::none_of(link.ends, [](const topology::Endpoint& end) {
                          return end.mac || has_port_options(end) || end.impairment;
                        });
  if (is_plain) {
    return make_scalar(endpoint_text(topology, a) + " -- " + endpoint_text(topology, b));
  }
  Mapping keys;
  keys.add("endpoints", make_sequence({endpoint_tree(topology, a), endpoint_tree(topology, b)}));
  if (link.mtu) keys.text("mtu", std::to_string(*link.mtu));
  if (link.weight != 1) keys.text("weight", std::to_string(link.weight));
  return keys.take();
}

}  // namespace topoproof::topofile
