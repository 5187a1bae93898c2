// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/yaml_writer.hh"

#include <utility>

#include "document/writer.hh"
#include "topofile/yaml_text.hh"

namespace topoproof::topofile {
namespace {

using document::make_scalar;

bool same(const topology::AddressPool& a, const topology::AddressPool& b) {
  return a.loopbacks == b.loopbacks && a.links == b.links && a.lans == b.lans;
}

document::Node pool_tree(const topology::AddressPool& pool) {
  Mapping keys;
  keys.text("loopbacks", to_string(pool.loopbacks));
  keys.text("links", to_string(pool.links));
  keys.text("lans", to_string(pool.lans));
  return keys.take();
}

// Says only what differs from `addressing: auto`.
document::Node addressing_tree(const topology::AddressingOptions& options) {
  Mapping keys;
  if (!options.ipv4) keys.flag("ipv4", false);
  if (options.ipv4 && !same(*options.ipv4, topology::default_ipv4_pool())) {
    keys.add("ipv4", pool_tree(*options.ipv4));
  }
  if (options.ipv6) {
    const bool usual = same(*options.ipv6, topology::default_ipv6_pool());
    keys.add("ipv6", usual ? make_scalar("true") : pool_tree(*options.ipv6));
  }
  if (options.loopbacks) keys.flag("loopbacks", true);
  return keys.empty() ? make_scalar("auto") : keys.take();
}

document::Node routing_tree(const topology::RoutingOptions& options) {
  if (options.destinations == topology::RoutingOptions::Destinations::All) {
    return make_scalar("shortest-path");
  }
  Mapping keys;
  keys.text("destinations", "loopbacks");
  return keys.take();
}

}  // namespace

std::string to_yaml(const topology::Topology& topology, const YamlOptions& options) {
  Mapping file;
  if (!topology.name().empty()) file.text("name", topology.name());
  if (options.addressing) file.add("addressing", addressing_tree(*options.addressing));
  if (options.routing) file.add("routing", routing_tree(*options.routing));
  Mapping nodes;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    nodes.add(topology.nodes()[i].name, node_tree(topology, NodeId(i)));
  }
  file.add("nodes", nodes.take());
  std::vector<document::Node> links;
  for (const topology::Link& link : topology.links()) links.push_back(link_tree(topology, link));
  if (!links.empty()) file.add("links", document::make_sequence(std::move(links)));
  std::vector<document::Node> gaps;
  for (const std::string& gap : options.not_captured) gaps.push_back(make_scalar(gap));
  if (!gaps.empty()) file.add("not_captured", document::make_sequence(std::move(gaps)));
  return document::write_yaml(file.take(), options.comment);
}

}  // namespace topoproof::topofile
