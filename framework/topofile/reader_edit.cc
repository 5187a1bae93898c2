// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/reader_edit.hh"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "document/values.hh"
#include "topofile/reader_link.hh"
#include "topofile/short_forms.hh"

namespace topoproof::topofile {
namespace {

using document::Entry;
using Tree = document::Node;  // a node of the document, not of the network
using Entries = std::vector<Entry>;

constexpr std::array<std::string_view, 6> kTopLevel{"nodes",  "links",      "defaults",
                                                    "groups", "addressing", "routing"};

// What is at the end of a path (nullptr: nothing yet) -> what shall be there, or nothing.
using Replace = std::function<std::optional<Tree>(const Tree*)>;

// The key of `mapping` that a path begins with: keys may have dots in them, as sysctls have, so the
// longest that is there, else the first part, or all if `whole`.
std::string_view first_key(const Tree& mapping, std::string_view path, bool whole) {
  std::string_view best;
  if (mapping.is_mapping()) {
    for (const Entry& entry : mapping.entries()) {
      const bool begins = path.starts_with(entry.key) &&
                          (path.size() == entry.key.size() || path[entry.key.size()] == '.');
      if (begins && entry.key.size() > best.size()) best = entry.key;
    }
  }
  if (!best.empty() || whole) return best.empty() ? path : best;
  return path.substr(0, path.find('.'));
}

std::string missing_key(const Tree& mapping, std::string_view key) {
  std::vector<std::string_view> known;
  if (mapping.is_mapping()) {
    for (const Entry& entry : mapping.entries()) known.push_back(entry.key);
  }
  return fmt::format("there is no '{}'{}", key, did_you_mean(key, known));
}

// One edit. What it puts where nothing was has the edit's own place.
class Editor {
 public:
  Editor(const document::Origin& origin, const Replace& replace, Issues& issues)
      : origin_(origin), replace_(replace), issues_(issues) {}

  Tree edit(const Tree& mapping, std::string_view path, bool whole = false) {
    if (!mapping.is_mapping() && !mapping.is_null()) {
      report(
          fmt::format("'{}' leads into {}, which has no keys", path, document::describe(mapping)));
      return mapping;
    }
    const std::string_view key = first_key(mapping, path, whole);
    const std::string_view rest = path.substr(std::min(path.size(), key.size() + 1));
    Entries entries = mapping.is_mapping() ? mapping.entries() : Entries();
    const auto found = std::ranges::find(entries, key, &Entry::key);
    const Tree* old = found == entries.end() ? nullptr : &found->value;
    std::optional<Tree> value = rest.empty() || old == nullptr ? replace_(old) : std::nullopt;
    if (old == nullptr && !value) {
      report(missing_key(mapping, key));
      return mapping;
    }
    if (!rest.empty()) {
      value = edit(old != nullptr ? *old : Tree(Entries(), origin_), rest, key == "sysctls");
    }
    if (old == nullptr) {
      entries.push_back({std::string(key), *std::move(value), origin_});
    } else if (value) {
      found->value = *std::move(value);
    } else {
      entries.erase(found);
    }
    return mapping.with(std::move(entries));
  }

  // Paths begin at a node; the other parts of a topology are named as they are.
  Tree edit_topology(const Tree& topology, std::string_view path) {
    const auto first = path.substr(0, path.find('.'));
    if (std::ranges::find(kTopLevel, first) != kTopLevel.end()) return edit(topology, path);
    const Tree* nodes = topology.find("nodes");
    const bool is_inside = first.size() != path.size();
    if (is_inside && (nodes == nullptr || nodes->find(first) == nullptr)) {
      report(missing_key(nodes != nullptr ? *nodes : Tree(), first));
      return topology;
    }
    return edit(topology, fmt::format("nodes.{}", path));
  }

 private:
  void report(std::string text) {
    issues_.push_back(make_issue(Entry{.origin = origin_}.where(), std::move(text)));
  }

  const document::Origin& origin_;
  const Replace& replace_;
  Issues& issues_;
};

bool is_end(const EndpointDraft& end, std::string_view node, std::string_view interface) {
  if (!interface.empty() && end.interface != interface) return false;
  return end.node == node;
}

// `{ bridge: v-eth-0 }` leaves the node out: find whose bridge that is.
void name_node(EndpointDraft& end, const Tree& topology) {
  const Tree* nodes = topology.find("nodes");
  if (!end.node.empty() || nodes == nullptr || !nodes->is_mapping()) return;
  for (const Entry& entry : nodes->entries()) {
    const Tree* bridges = entry.value.find("bridges");
    if (bridges != nullptr && bridges->find(end.bridge) != nullptr) end.node = entry.key;
  }
}

// Without the links that end at the node (or at one interface of it), and how many those are.
std::pair<Tree, std::size_t> without_links(const Tree& topology, std::string_view node,
                                           std::string_view interface) {
  const Tree* links = topology.find("links");
  if (links == nullptr || !links->is_sequence()) return {topology, 0};
  std::vector<Tree> kept;
  for (const Tree& item : links->items()) {
    Issues ignored;  // the reader will say it
    auto link = read_link(item, ignored);
    const bool ends_there = link && std::ranges::any_of(link->ends, [&](EndpointDraft& end) {
                              name_node(end, topology);
                              return is_end(end, node, interface);
                            });
    if (!ends_there) kept.push_back(item);
  }
  const std::size_t removed = links->items().size() - kept.size();
  Entries entries = topology.entries();
  std::ranges::find(entries, "links", &Entry::key)->value = links->with(std::move(kept));
  return {topology.with(std::move(entries)), removed};
}

Tree remove_one(const Tree& topology, const Tree& item, Issues& issues) {
  const std::string& path = item.text();
  if (const auto colon = path.find(':'); colon != std::string::npos) {
    auto [result, removed] = without_links(topology, path.substr(0, colon), path.substr(colon + 1));
    if (removed == 0) {
      issues.push_back(make_issue(item.where(), fmt::format("no link ends at '{}'", path)));
    }
    return std::move(result);
  }
  const bool is_node =
      path.find('.') == std::string::npos && std::ranges::find(kTopLevel, path) == kTopLevel.end();
  const Tree base = is_node ? without_links(topology, path, {}).first : topology;
  const Replace nothing = [](const Tree*) { return std::nullopt; };
  return Editor(item.origin(), nothing, issues).edit_topology(base, path);
}

}  // namespace

Tree merge(const Tree& base, const Tree& over) {
  if (over.is_null()) return base;
  if (base.is_sequence() && over.is_sequence()) {
    std::vector<Tree> items = base.items();
    items.insert(items.end(), over.items().begin(), over.items().end());
    return over.with(std::move(items));
  }
  if (!base.is_mapping() || !over.is_mapping()) return over;
  Entries entries = base.entries();
  for (const Entry& entry : over.entries()) {
    const auto found = std::ranges::find(entries, entry.key, &Entry::key);
    if (found == entries.end()) {
      entries.push_back(entry);
    } else {
      *found = {entry.key, merge(found->value, entry.value), entry.origin};
    }
  }
  return over.with(std::move(entries));
}

Tree apply_edit(const Tree& topology, const Tree* remove, const Tree* set, const Tree* add,
                Issues& issues) {
  Tree result = topology;
  if (remove != nullptr) {
    for (const Tree& path : document::items_of(*remove, issues)) {
      if (document::read_string(path, issues)) result = remove_one(result, path, issues);
    }
  }
  const auto put = [&](const Tree* edits, bool merges) {
    if (edits == nullptr) return;
    for (const Entry& entry : document::entries_of(*edits, issues)) {
      const Replace replace = [&](const Tree* old) {
        return std::optional(old != nullptr && merges ? merge(*old, entry.value) : entry.value);
      };
      result = Editor(entry.origin, replace, issues).edit_topology(result, entry.key);
    }
  };
  put(set, false);
  put(add, true);
  return result;
}

}  // namespace topoproof::topofile
