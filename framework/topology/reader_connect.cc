// SPDX-License-Identifier: GPL-2.0-or-later
// Links whose names are resolved, and interfaces that nobody named.
#include <map>
#include <set>

#include <fmt/format.h>

#include "topology/reader_link.hh"
#include "topology/reader_names.hh"

namespace topoproof::topology {
namespace {

// The names that a node's interfaces have, and where the search for a free one goes on.
struct NamesOfNode {
  std::set<std::string> used = {};
  int next = 0;
};
using NamesInUse = std::map<NodeId, NamesOfNode>;

std::optional<Endpoint> resolve(const EndpointDraft& draft, const Topology& topology,
                                Issues& issues) {
  Endpoint end{.interface = draft.interface,
               .addresses = draft.addresses,
               .mac = draft.mac,
               .port = draft.port,
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

std::optional<Link> resolve(const LinkDraft& draft, const Topology& topology, Issues& issues) {
  auto one = resolve(draft.ends[0], topology, issues);
  auto other = resolve(draft.ends[1], topology, issues);
  if (!one || !other) return std::nullopt;
  return Link{.ends = {*std::move(one), *std::move(other)},
              .mtu = draft.mtu,
              .weight = draft.weight,
              .where = draft.where};
}

NamesInUse names_in_use(const Topology& topology, std::span<const Link> links) {
  NamesInUse names;
  for (const Bridge& bridge : topology.bridges()) names[bridge.node].used.insert(bridge.name);
  for (const Link& link : links) {
    for (const Endpoint& end : link.ends) names[end.node].used.insert(end.interface);
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

void connect_links(std::span<const LinkDraft> drafts, Topology& topology, Issues& issues) {
  std::vector<Link> links;
  for (const LinkDraft& draft : drafts) {
    if (auto link = resolve(draft, topology, issues)) links.push_back(*std::move(link));
  }
  NamesInUse names = names_in_use(topology, links);
  for (Link& link : links) {
    for (Endpoint& end : link.ends) {
      if (end.interface.empty()) end.interface = take_free(names[end.node]);
    }
    topology.connect(std::move(link));
  }
}

}  // namespace topoproof::topology
