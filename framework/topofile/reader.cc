// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/reader.hh"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "document/fields.hh"
#include "document/reader.hh"
#include "topofile/reader_expand.hh"
#include "topofile/reader_link.hh"
#include "topofile/reader_names.hh"
#include "topofile/reader_node.hh"
#include "topofile/reader_passes.hh"

namespace topoproof::topofile {
namespace {

using document::Fields;

constexpr std::array<std::string_view, 14> kKeys{
    "version",  "name",   "extends",    "remove",  "set",   "add",   "variants",
    "defaults", "groups", "addressing", "routing", "nodes", "links", "not_captured"};

void read_nodes(const document::Node& nodes, const FileReader& read_file,
                topology::Topology& topology, Issues& issues) {
  for (const document::Entry& entry : document::entries_of(nodes, issues)) {
    NodeDraft draft = read_node(entry, read_file, issues);
    const NodeId id = topology.add_node(std::move(draft.node));
    for (topology::Bridge& bridge : draft.bridges) {
      bridge.node = id;
      topology.add_bridge(std::move(bridge));
    }
  }
}

void read_links(const document::Node& links, topology::Topology& topology, Issues& issues) {
  std::vector<LinkDraft> drafts;
  for (const document::Node& link : document::items_of(links, issues)) {
    if (auto draft = read_link(link, issues)) drafts.push_back(*std::move(draft));
  }
  connect_links(drafts, topology, issues);
}

// "red: eth1 is down": what a snapshot left out at a node. What names no node may be anywhere.
// "red: lo is down" is of what red sends to itself.
void read_gap(const document::Node& item, topology::Topology& topology, Issues& issues) {
  const auto text = document::read_string(item, issues);
  if (!text) return;
  const std::size_t colon = text->find(": ");
  const auto node =
      colon == std::string::npos ? std::nullopt : topology.find_node(text->substr(0, colon));
  topology::Gap gap{.node = node, .text = *text, .where = item.where()};
  if (node) gap.text.erase(0, colon + 2);
  gap.to_itself = node && gap.text.starts_with("lo ");
  topology.add_gap(std::move(gap));
}

void read_gaps(const document::Node& gaps, topology::Topology& topology, Issues& issues) {
  const auto items = document::items_of(gaps, issues);
  for (const document::Node& item : items) read_gap(item, topology, issues);
  if (items.empty()) return;
  const bool of_loopbacks = std::ranges::all_of(topology.gaps(), &topology::Gap::to_itself);
  issues.push_back(make_warning(
      gaps.where(), fmt::format("what stands here was not captured from the machine: it may decide "
                                "what becomes of flows {}, so nothing is foretold of them",
                                of_loopbacks ? "that these nodes send to themselves"
                                             : "that come by these nodes")));
}

}  // namespace

std::string relative_to(const std::string& file, std::string_view path) {
  return (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

Issue cannot_read(const document::Node& name, const std::string& path, const Issue& why) {
  return make_issue(name.where(), fmt::format("cannot read '{}': {}", path, why.text));
}

FileReader single_file(std::string_view text, const std::string& file) {
  return [text, file](const std::string& path) -> std::expected<std::string, Issue> {
    if (path == file) return std::string(text);
    return std::unexpected(make_issue({.file = path}, "it cannot be read from here"));
  };
}

std::span<const std::string_view> topology_keys() { return kKeys; }

void sort_issues(Issues& issues) {
  std::ranges::sort(issues);
  const auto repeated = std::ranges::unique(issues);
  issues.erase(repeated.begin(), repeated.end());
}

Description read_description(const document::Node& root,
                             std::span<const topology::Located<std::string>> chosen,
                             const FileReader& read_file, Issues& issues) {
  if (!root.is_mapping()) {
    document::report_unexpected(root, "a topology (a mapping with 'nodes:' and 'links:')", issues);
    return Description{};
  }
  const document::Node network = expand(root, chosen, read_file, issues);
  Description description;
  Fields fields(network, issues);
  for (const std::string_view key : kKeys) fields.take(key);  // the nearest of these is meant
  int version = 1;
  std::string name;
  fields.optional("version", document::integer(1, 1), version);
  fields.optional("name", document::read_string, name);
  description.topology = topology::Topology(name);
  fields.optional("addressing", read_addressing, description.addressing);
  fields.optional("routing", read_routing, description.routing);
  fields.finish();
  const document::Node* nodes = network.find("nodes");
  if (nodes == nullptr) {
    issues.push_back(make_issue(root.where(), "a topology needs 'nodes:'"));
  } else {
    read_nodes(*nodes, read_file, description.topology, issues);
  }
  if (const auto* links = network.find("links"); links != nullptr && !links->is_null()) {
    read_links(*links, description.topology, issues);
  }
  if (const auto* gaps = network.find("not_captured")) {
    read_gaps(*gaps, description.topology, issues);
  }
  return description;
}

topology::Topology read_topology(const document::Node& root,
                                 std::span<const topology::Located<std::string>> chosen,
                                 const FileReader& read_file, Issues& issues) {
  Issues found;
  Description description = read_description(root, chosen, read_file, found);
  if (!has_errors(found)) complete(description, found);
  issues.insert(issues.end(), found.begin(), found.end());
  sort_issues(issues);
  return std::move(description.topology);
}

topology::Topology load_topology(const std::string& file,
                                 std::span<const topology::Located<std::string>> chosen,
                                 const FileReader& read_file, Issues& issues) {
  const auto text = read_file(file);
  if (!text) {
    issues.push_back(text.error());
    return topology::Topology();
  }
  const auto root = document::parse_yaml(*text, file, issues);
  if (!root) return topology::Topology();
  return read_topology(*root, chosen, read_file, issues);
}

std::expected<topology::Topology, Issues> parse_topology(std::string_view text,
                                                         const std::string& file) {
  Issues issues;
  topology::Topology topology = load_topology(file, {}, single_file(text, file), issues);
  if (has_errors(issues)) return std::unexpected(std::move(issues));
  return topology;
}

}  // namespace topoproof::topofile
