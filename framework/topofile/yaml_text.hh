// SPDX-License-Identifier: GPL-2.0-or-later
// Parts of a topology file as text and trees. Internal to the YAML writer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "document/node.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

// The keys of a mapping, in the order of saying.
class Mapping {
 public:
  void add(std::string key, document::Node value);
  void text(std::string key, std::string value);
  void flag(std::string key, bool value);
  void optional(std::string key, const document::Node& value);  // not if it is empty or null
  bool empty() const { return entries_.empty(); }
  document::Node take();

 private:
  std::vector<document::Entry> entries_;
};

// A scalar for one text, a list for more, null for none.
document::Node one_or_list(const std::vector<std::string>& texts);

document::Node node_tree(const topology::Topology& topology, NodeId id);
document::Node programs_tree(const topology::Node& node);  // null if there are none
document::Node link_tree(const topology::Topology& topology, const topology::Link& link);
void add_addresses(const topology::Addresses& addresses, Mapping& keys);  // ipv4, ipv6

// In the words of ip-route(8): "default via 10.0.0.1 metric 5".
std::string route_text(const state::Route& route);

}  // namespace topoproof::topofile
