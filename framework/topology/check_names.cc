// SPDX-License-Identifier: GPL-2.0-or-later
#include <map>

#include <fmt/format.h>

#include "base/interface_name.hh"
#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

// "; the first is at net.topo.yaml:7:3", where that is known.
std::string first_at(const Location& where) {
  const std::string place = to_string(where);
  return place.empty() ? "" : "; the first is at " + place;
}

// What has a name of its own among others, and where it was said first.
class NameSpace {
 public:
  explicit NameSpace(Issues& issues) : issues_(issues) {}

  // `what`: "node 'red'", for the sentence.
  void add(const std::string& name, const Location& where, const std::string& what) {
    const auto [first, is_new] = first_.try_emplace(name, where);
    if (is_new) return;
    issues_.push_back(
        make_issue(where, fmt::format("{} exists twice{}", what, first_at(first->second))));
  }

 private:
  std::map<std::string, Location> first_;
  Issues& issues_;
};

const Location& place_of(const Topology& topology, const Interface& interface) {
  if (interface.kind == Interface::Kind::Bridge) {
    return topology.bridge(interface.bridge.value()).where;
  }
  if (interface.kind == Interface::Kind::LinkEnd) {
    return topology.link(interface.link.value()).ends.at(interface.end).where;
  }
  return topology.node(interface.node).where;
}

// Bridges, link ends and the loopback share the names of their node.
void check_interface_names(const Topology& topology, NodeId node, Issues& issues) {
  NameSpace names(issues);
  for (const Interface& one : interfaces_of(topology, node)) {
    const Location& where = place_of(topology, one);
    if (const auto valid = parse_interface_name(one.name); !valid) {
      issues.push_back(make_issue(where, valid.error().text));
    }
    names.add(one.name, where, fmt::format("interface '{}'", full_name(topology, one)));
  }
}

}  // namespace

void check_names(const Topology& topology, Issues& issues) {
  NameSpace names(issues);
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const Node& node = topology.nodes()[i];
    if (node.name.empty()) issues.push_back(make_issue(node.where, "a node has no name"));
    names.add(node.name, node.where, fmt::format("node '{}'", node.name));
    check_interface_names(topology, NodeId(i), issues);
  }
}

}  // namespace topoproof::topology
