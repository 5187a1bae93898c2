// SPDX-License-Identifier: GPL-2.0-or-later
// YAML -> Scenario. A scenario names its topology's file, has the topology under `topology:`, or
// has the topology's keys beside its own. The grammar is scenario.schema.json and the README.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "scenario/scenario.hh"
#include "topofile/reader.hh"

namespace topoproof::scenario {

// All issues of the scenario and its topology, sorted by place, warnings among them. What cannot be
// read is left out: test `issues` before use.
Scenario read_scenario(const document::Node& root, const std::string& file,
                       const topofile::FileReader& read_file, Issues& issues);
Scenario load_scenario(const std::string& file, const topofile::FileReader& read_file,
                       Issues& issues);

// One flow as a check names it: "blue -> client tcp/80". RETURNS: all that is wrong with it.
std::expected<flow::Flow, Issues> parse_flow(std::string_view text,
                                             const topology::Topology& topology);

// A text that names no other file. Warnings are not told.
std::expected<Scenario, Issues> parse_scenario(std::string_view text, const std::string& file);

}  // namespace topoproof::scenario
