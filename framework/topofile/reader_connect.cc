// SPDX-License-Identifier: GPL-2.0-or-later
// Links whose names are resolved, and interfaces that nobody named.
#include <map>
#include <set>

#include <fmt/format.h>

#include "topofile/reader_link.hh"
#include "topofile/reader_names.hh"

namespace topoproof::topofile {
namespace {

// The names that a node's interfaces have, and where the search for a free one goes on.
struct NamesOfNode {
  std::set<std::string> used = {};
  int next = 0;
};
using NamesInUse = std::map<NodeId, NamesOfNode>;

std::optional<topology::Endpoint> resolve(const EndpointDraft& draft,
                                          const topology::Topology& topology, Issues& issues) {
  topology::Endpoint end{.interface = draft.interface,
                         .addresses = draft.addresses,
                         .mac = draft.mac,
                         .port = draft.port,
                         .impairment = draft.impairment,
                         .where = draft.where};
  if (draft.bridge.empty()) {
    const auto node = resolve_node(topology, draft.node, draft.where, issues);
    if (!node) return std::nullopt;
    end.node = *node;
    return end;
  }
  end.bridge = resolve_bridge(topology, draft.node, draft.bridge, draft.where, issues);
  if (!end.bridge) return std::nullopt;
  end.node = topology.bridge(*end.bridge).node;
  return end;
}

std::optional<topology::Link> resolve(const LinkDraft& draft, const topology::Topology& topology,
                                      Issues& issues) {
  auto one = resolve(draft.ends[0], topology, issues);
  auto other = resolve(draft.ends[1], topology, issues);
  if (!one || !other) return std::nullopt;
  return topology::Link{.ends = {*std::move(one), *std::move(other)},
                        .mtu = draft.mtu,
                        .weight = draft.weight,
                        .where = draft.where};
}

NamesInUse names_in_use(const topology::Topology& topology, std::span<const topology::Link> links) {
  NamesInUse names;
  for (const topology::Bridge& bridge : topology.bridges())
    names[bridge.node].used.insert(bridge.name);
  for (const topology::Link& link : links) {
    for (const topology::Endpoint& end : link.ends) names[end.node].used.insert(end.interface);
  }
  return names;
}

std::string take_free(NamesOfNode& names) {
  for (;; ++names.next) {
    std::string name = fmt::format("eth{}", names.next);
    if (names.used.insert(name).second) return name;
  }
}

}  // namespace

void connect_links(std::span<const LinkDraft> drafts, topology::Topology& topology,
                   Issues& issues) {
  std::vector<topology::Link> links;
  for (const LinkDraft& draft : drafts) {
    if (auto link = resolve(draft, topology, issues)) links.push_back(*std::move(link));
  }
  NamesInUse names = names_in_use(topology, links);
  for (topology::Link& link : links) {
    for (topology::Endpoint& end : link.ends) {
      if (end.interface.empty()) end.interface = take_free(names[end.node]);
    }
    topology.connect(std::move(link));
  }
}

}  // namespace topoproof::topofile
