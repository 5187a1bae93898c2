// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of a scenario file. Internal to the reader. Each reports what is wrong with it and
// returns nothing then.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/fields.hh"
#include "scenario/scenario.hh"
#include "topofile/reader.hh"

namespace topoproof::scenario {

struct Reading {
  const topology::Topology& topology;
  const topofile::FileReader& read_file;
  Issues& issues;
  // Where a name that is not there is told. If the topology itself could not be read in full, the
  // name may be in the part that is missing: then this is a list that nobody reads.
  Issues& name_issues;
};

// An empty list is reported with this sentence: a run in which nothing is checked would pass.
void refuse_empty(const document::Node& list, std::string_view sentence, const Reading& reading);

std::optional<NodeId> read_node_name(const document::Node& node, const Reading& reading);
std::optional<Verdict> read_verdict(const document::Node& node, const Reading& reading);

// "blue -> 192.168.1.2 tcp/80 ttl 3", or a mapping with the same words as keys.
std::optional<flow::Flow> read_flow(const document::Node& node, const Reading& reading);

// What a destination (an address, a node, or node:interface) stands for.
struct Destination {
  IpAddress address;
  std::optional<NodeId> node = {};  // that is named
};
std::optional<Destination> resolve_destination(const document::Node& node,
                                               std::optional<Family> family,
                                               const Reading& reading);

// ipv4 or ipv6
std::optional<Family> read_family(const document::Node& node, Issues& issues);

std::optional<CheckItem> read_check_item(const document::Node& node, const Reading& reading);
std::optional<Change> read_change(const document::Node& node, const Reading& reading);

}  // namespace topoproof::scenario
