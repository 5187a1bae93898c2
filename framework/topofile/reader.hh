// SPDX-License-Identifier: GPL-2.0-or-later
// YAML -> Topology. Pure: other files (extends, rules) are read through a function. The grammar is
// topology.schema.json and, with examples, the README.
//
// All issues of a file are found in one go, each with its place. `extends`, `variants`, `defaults`
// and `groups` are applied to the document before it is read, so that a value that came from
// another file is still reported where it was written.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"
#include "document/node.hh"
#include "topology/addressing.hh"
#include "topology/routing.hh"
#include "topology/topology.hh"

namespace topoproof::topofile {

// The text of a file, or why there is none: document::read_text_file, or a fake of it.
using FileReader = std::function<std::expected<std::string, Issue>(const std::string& path)>;

// At the place that names the file: "cannot read 'rules.nft': there is no such file".
Issue cannot_read(const document::Node& name, const std::string& path, const Issue& why);

// Knows one text and no other file. REQUIRES: `text` outlives the result.
FileReader single_file(std::string_view text, const std::string& file);

// A path that `file` names: relative to the folder that `file` is in.
std::string relative_to(const std::string& file, std::string_view path);

using Variants = std::vector<topology::Located<std::string>>;

// What the text says, before addresses and routes are filled in and before it is checked.
struct Description {
  topology::Topology topology = topology::Topology();
  std::optional<topology::AddressingOptions> addressing = {};  // addressing: auto
  std::optional<topology::RoutingOptions> routing = {};        // routing: shortest-path
};

// What cannot be read is left out, after an issue: test `issues` before use.
Description read_description(const document::Node& root,
                             std::span<const topology::Located<std::string>> chosen,
                             const FileReader& read_file, Issues& issues);

// read_description, then addressing, routing and check_topology. What cannot be read is left out,
// after an issue. Issues are appended, sorted by place, warnings among them.
topology::Topology read_topology(const document::Node& root,
                                 std::span<const topology::Located<std::string>> chosen,
                                 const FileReader& read_file, Issues& issues);
topology::Topology load_topology(const std::string& file,
                                 std::span<const topology::Located<std::string>> chosen,
                                 const FileReader& read_file, Issues& issues);

// A text that names no other file. Warnings are not told.
std::expected<topology::Topology, Issues> parse_topology(std::string_view text,
                                                         const std::string& file);

// The names under `variants:`, those of extended files included.
std::vector<std::string> variant_names(const document::Node& root, const FileReader& read_file);

// By place, each once: what `defaults:` says wrongly is found at every node.
void sort_issues(Issues& issues);

// The keys of a topology file.
std::span<const std::string_view> topology_keys();

}  // namespace topoproof::topofile
