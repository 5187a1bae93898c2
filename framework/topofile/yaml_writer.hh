// SPDX-License-Identifier: GPL-2.0-or-later
// Topology -> YAML text that the reader reads back. For generated and imported networks: comments,
// defaults, groups and variants of a file that was read are not in a topology, nor are places on
// the map in the format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topology/addressing.hh"
#include "topology/routing.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

struct YamlOptions {
  std::string comment = {};  // stands above everything
  std::optional<topology::AddressingOptions> addressing =
      {};  // what the file asks for, besides what it says
  std::optional<topology::RoutingOptions> routing = {};
  std::vector<std::string> not_captured = {};  // of a snapshot
};

// Links are short ("red:eth0 10.0.0.1/24 -- host:br0/p0") unless they say more than that. Rules
// stand as text in the file, wherever they came from.
// REQUIRES: names are valid, as check_topology and the reader see it.
std::string to_yaml(const topology::Topology& topology, const YamlOptions& options = {});

}  // namespace topoproof::topofile
