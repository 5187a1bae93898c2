// SPDX-License-Identifier: GPL-2.0-or-later
// One link of a topology file, before names are resolved. Internal to the reader.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "document/node.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

struct EndpointDraft {
  std::string node;       // empty: the node of the only bridge of that name
  std::string bridge;     // empty: not a port
  std::string interface;  // empty: the first ethN that the node does not use yet
  topology::Addresses addresses;
  std::optional<MacAddress> mac;
  std::optional<impair::Impairment> impairment = {};
  topology::PortOptions port;
  Location where;
};

struct LinkDraft {
  std::array<EndpointDraft, 2> ends;
  std::optional<int> mtu;
  std::uint32_t weight = 1;
  Location where;
};

// `{ delay: 10ms, loss: 5% }`
std::optional<impair::Impairment> read_impairment(const document::Node& node, Issues& issues);
std::optional<LinkDraft> read_link(const document::Node& node, Issues& issues);

// Adds the links to a topology that has its nodes and bridges.
void connect_links(std::span<const LinkDraft> drafts, topology::Topology& topology, Issues& issues);

}  // namespace topoproof::topofile
