// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/reader_expand.hh"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.hh"
#include "document/fields.hh"
#include "document/reader.hh"
#include "topofile/reader_edit.hh"

namespace topoproof::topofile {
namespace {

using document::Entry;
using Tree = document::Node;  // a node of the document, not of the network

// The keys that are done with once a file is expanded.
constexpr std::array<std::string_view, 5> kSpent{"extends", "remove", "set", "add", "variants"};

Tree without(const Tree& mapping, std::span<const std::string_view> keys) {
  std::vector<Entry> kept;
  for (const Entry& entry : mapping.entries()) {
    if (std::ranges::find(keys, entry.key) == keys.end()) kept.push_back(entry);
  }
  return mapping.with(std::move(kept));
}

// Follows `extends:` from file to file.
class Chain {
 public:
  Chain(const FileReader& read_file, Issues& issues) : read_file_(read_file), issues_(issues) {}

  // The document with all that it extends, edits applied; of the spent keys only `variants` stays.
  Tree follow(const Tree& root) {
    Tree result = without(root, std::span(kSpent).first(4));
    if (const Tree* extends = root.find("extends"); extends != nullptr) {
      if (const auto base = read_base(*extends)) result = merge(*base, result);
    }
    return apply_edit(result, root.find("remove"), root.find("set"), root.find("add"), issues_);
  }

 private:
  std::optional<Tree> read_base(const Tree& extends) {
    const auto name = document::read_string(extends, issues_);
    if (!name) return std::nullopt;
    const std::string path = relative_to(extends.where().file, *name);
    if (path == extends.where().file || std::ranges::find(open_, path) != open_.end()) {
      report(extends, fmt::format("'{}' extends itself", path));
      return std::nullopt;
    }
    const auto text = read_file_(path);
    if (!text) {
      issues_.push_back(cannot_read(extends, path, text.error()));
      return std::nullopt;
    }
    const auto root = document::parse_yaml(*text, path, issues_);
    if (!root) return std::nullopt;
    if (!root->is_mapping()) {
      document::report_unexpected(*root, "a topology", issues_);
      return std::nullopt;
    }
    open_.push_back(extends.where().file);
    Tree base = follow(*root);
    open_.pop_back();
    return base;
  }

  void report(const Tree& at, std::string text) {
    issues_.push_back(make_issue(at.where(), std::move(text)));
  }

  const FileReader& read_file_;
  Issues& issues_;
  std::vector<std::string> open_;  // the files that are being extended
};

struct Variant {
  std::string_view name;
  const Tree* remove;
  const Tree* set;
  const Tree* add;
};

std::vector<Variant> read_variants(const Tree& root, Issues& issues) {
  std::vector<Variant> variants;
  const Tree* all = root.find("variants");
  if (all == nullptr) return variants;
  for (const Entry& entry : document::entries_of(*all, issues)) {
    document::Fields fields(entry.value, issues);
    variants.push_back({entry.key, fields.take("remove"), fields.take("set"), fields.take("add")});
    fields.finish();
  }
  return variants;
}

Tree apply_variants(const Tree& root, std::span<const topology::Located<std::string>> chosen,
                    Issues& issues) {
  const std::vector<Variant> variants = read_variants(root, issues);
  Tree result = root;
  for (const auto& [name, where] : chosen) {
    const auto found = std::ranges::find(variants, name, &Variant::name);
    if (found != variants.end()) {
      result = apply_edit(result, found->remove, found->set, found->add, issues);
      continue;
    }
    std::vector<std::string_view> known;
    for (const Variant& variant : variants) known.push_back(variant.name);
    std::string hint = did_you_mean(name, known);
    if (hint.empty()) hint = fmt::format("; known here: {}", fmt::join(known, ", "));
    issues.push_back(make_issue(where, fmt::format("there is no variant '{}'{}", name,
                                                   known.empty() ? std::string() : hint)));
  }
  return result;
}

struct Group {
  std::vector<std::string> members;
  Tree keys;
};

std::vector<Group> read_groups(const Tree& root, const Tree& nodes, Issues& issues) {
  std::vector<Group> groups;
  const Tree* all = root.find("groups");
  if (all == nullptr) return groups;
  std::vector<std::string_view> known;
  for (const Entry& node : nodes.entries()) known.push_back(node.key);
  for (const Entry& entry : document::entries_of(*all, issues)) {
    const Tree* members = entry.value.find("members");
    if (members == nullptr) {
      issues.push_back(make_issue(entry.where(), "a group needs 'members: [NODE, ...]'"));
      continue;
    }
    Group group{.members = {},
                .keys = without(entry.value, std::array<std::string_view, 1>{"members"})};
    for (const Tree& member : document::items_of(*members, issues)) {
      const auto name = document::read_string(member, issues);
      if (!name) continue;
      group.members.push_back(*name);
      if (std::ranges::find(known, *name) != known.end()) continue;
      issues.push_back(make_issue(member.where(), fmt::format("there is no node '{}'{}", *name,
                                                              did_you_mean(*name, known))));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

// What a node is: the defaults, then its groups in file order, then what it says itself.
Tree fill_nodes(const Tree& root, Issues& issues) {
  const Tree* nodes = root.find("nodes");
  if (nodes == nullptr || !nodes->is_mapping()) return root;
  const std::vector<Group> groups = read_groups(root, *nodes, issues);
  const Tree* found = root.find("defaults");
  const Tree defaults = found != nullptr ? *found : Tree();
  document::entries_of(defaults, issues);  // reports what is no mapping
  if (groups.empty() && defaults.is_null()) return root;
  std::vector<Entry> filled = nodes->entries();
  for (Entry& node : filled) {
    Tree value = defaults;
    for (const Group& group : groups) {
      const bool is_member = std::ranges::find(group.members, node.key) != group.members.end();
      if (is_member) value = merge(value, group.keys);
    }
    node.value = merge(value, node.value);
  }
  std::vector<Entry> entries = root.entries();
  std::ranges::find(entries, "nodes", &Entry::key)->value = nodes->with(std::move(filled));
  return root.with(std::move(entries));
}

}  // namespace

Tree expand(const Tree& root, std::span<const topology::Located<std::string>> variants,
            const FileReader& read_file, Issues& issues) {
  const Tree followed = Chain(read_file, issues).follow(root);
  const Tree chosen = apply_variants(followed, variants, issues);
  return fill_nodes(without(chosen, std::array<std::string_view, 1>{"variants"}), issues);
}

std::vector<std::string> variant_names(const Tree& root, const FileReader& read_file) {
  Issues ignored;  // whoever reads the topology is told
  if (!root.is_mapping()) return {};
  const Tree followed = Chain(read_file, ignored).follow(root);
  std::vector<std::string> names;
  for (const Variant& variant : read_variants(followed, ignored)) names.emplace_back(variant.name);
  return names;
}

}  // namespace topoproof::topofile
