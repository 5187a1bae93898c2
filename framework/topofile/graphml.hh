// SPDX-License-Identifier: GPL-2.0-or-later
// Import of GraphML, as the Internet Topology Zoo, yEd, Gephi and NetworkX write it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/issue.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

struct GraphmlImport {
  topology::Topology topology;
  Issues warnings;  // what was left out
};

// Every node becomes a router (it forwards), every edge a link, parallel ones too; interfaces are
// eth0, eth1, ... in the order of edges. There are no addresses and routes yet. The graph may be
// disconnected. A direction of edges is ignored, an edge from a node to itself is left out with a
// warning. All issues come at once, with line and column.
//
// Names: the node's `label`, else its id, as to_node_name makes it; "-2", "-3", ... follow where a
// name is taken, or is a word of the file format ("none"). `Longitude` and `Latitude` of a node
// become its position, a whole `weight` of an edge (1 or more) its weight.
std::expected<GraphmlImport, Issues> import_graphml(std::string_view text,
                                                    const std::string& file_name);

// "São Paulo, BR" -> "sao-paulo-br": lower-case letters, digits and single dashes; at most 40
// bytes. Latin letters lose their accents, what else is not ASCII is left out. May be empty.
std::string to_node_name(std::string_view label);

}  // namespace topoproof::topofile
