// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/tree_builder.hh"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/check.hh"
#include "document/reader.hh"
#include "document/syntax.hh"

namespace topoproof::document {
namespace {

constexpr std::size_t kMostSyntaxIssues = 100;

bool is_null_text(const Scalar& scalar) {
  return scalar.plain && (scalar.text.empty() || scalar.text == "~" || scalar.text == "null");
}

}  // namespace

TreeBuilder::TreeBuilder(const std::string& file_name, Issues& issues)
    : file_(std::make_shared<const std::string>(file_name)),
      issues_(issues),
      first_issue_(issues.size()) {}

Location TreeBuilder::location(const Origin& origin) const {
  return {.file = *file_, .line = origin.line, .column = origin.column};
}

bool TreeBuilder::fail(const Origin& origin, std::string text) {
  issues_.push_back(make_issue(location(origin), std::move(text)));
  return false;
}

bool TreeBuilder::report(const Origin& origin, std::string text) {
  fail(origin, std::move(text));
  if (issues_.size() - first_issue_ < kMostSyntaxIssues) return true;
  return fail(origin, fmt::format("too many issues ({}); the rest is not read", kMostSyntaxIssues));
}

bool TreeBuilder::charge(std::size_t nodes, const Origin& origin) {
  nodes_ += nodes;
  if (nodes_ <= kMaxNodes) return true;
  return fail(origin,
              fmt::format("more than {} values; an alias counts as what it stands for", kMaxNodes));
}

bool TreeBuilder::wants_key() const {
  return !open_.empty() && open_.back().kind == Kind::Mapping && !open_.back().has_key;
}

bool TreeBuilder::add_key(std::string key, const Origin& origin) {
  if (key.size() > kMaxKeyBytes) {
    return fail(origin, fmt::format("a key has {} bytes; at most {} are allowed", key.size(),
                                    kMaxKeyBytes));
  }
  if (key == "<<" && !report(origin, "merge keys ('<<') are not supported")) return false;
  open_.back().entries.push_back({.key = std::move(key), .value = {}, .origin = origin});
  open_.back().has_key = true;
  return true;
}

bool TreeBuilder::open(Kind kind, Origin origin, std::string anchor) {
  if (wants_key()) {
    return fail(origin,
                kind == Kind::Sequence
                    ? "a key must be text, found a list; quote text that starts with '['"
                    : "a key must be text, found a mapping; quote text that starts with '{'");
  }
  if (open_.size() == static_cast<std::size_t>(kMaxDepth)) {
    return fail(origin, fmt::format("nested more than {} deep", kMaxDepth));
  }
  open_.push_back({kind, std::move(origin), std::move(anchor), nodes_, {}, {}});
  return charge(1, open_.back().origin);
}

bool TreeBuilder::close() {
  TOPOPROOF_CHECK(!open_.empty(), "a closing event follows an opening one");
  Open done = std::move(open_.back());
  open_.pop_back();
  const std::size_t nodes = nodes_ - done.nodes_before;
  if (done.kind == Kind::Sequence) {
    return add(Node(std::move(done.items), done.origin), done.origin, done.anchor, nodes);
  }
  return drop_duplicates(done.entries) &&
         add(Node(std::move(done.entries), done.origin), done.origin, done.anchor, nodes);
}

bool TreeBuilder::scalar(Scalar scalar, Origin origin, std::string anchor) {
  if (wants_key()) return add_key(std::move(scalar.text), origin);
  Node node = is_null_text(scalar) ? Node({}, origin) : Node(std::move(scalar), origin);
  return charge(1, origin) && add(std::move(node), origin, anchor, 1);
}

bool TreeBuilder::alias(const std::string& name, const Origin& origin) {
  if (wants_key())
    return fail(origin, fmt::format("a key must be text, found the alias '*{}'", name));
  if (is_open(name))
    return fail(origin, fmt::format("'*{0}' stands inside of what '&{0}' names", name));
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    return fail(origin, fmt::format("'*{0}' is an alias, and nothing above is named '&{0}'", name));
  }
  const Anchored& anchored = found->second;
  return charge(anchored.nodes, origin) && add(anchored.node, origin, {}, anchored.nodes);
}

bool TreeBuilder::is_open(const std::string& anchor) const {
  return std::ranges::find(open_, anchor, &Open::anchor) != open_.end();
}

bool TreeBuilder::add(Node node, const Origin& origin, const std::string& anchor,
                      std::size_t nodes) {
  if (!anchor.empty()) {
    // The copy that is kept for aliases counts: anchors nested in anchors multiply as well.
    if (!charge(nodes, origin)) return false;
    anchors_.insert_or_assign(anchor, Anchored{node, nodes});
  }
  if (open_.empty()) {
    root_ = std::move(node);
  } else if (Open& parent = open_.back(); parent.kind == Kind::Sequence) {
    parent.items.push_back(std::move(node));
  } else {
    parent.entries.back().value = std::move(node);
    parent.has_key = false;
  }
  return true;
}

bool TreeBuilder::drop_duplicates(std::vector<Entry>& entries) {
  std::unordered_map<std::string_view, const Entry*> first;
  first.reserve(entries.size());
  std::vector<bool> again(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const auto [earlier, is_new] = first.try_emplace(entry.key, &entry);
    again[i] = !is_new || entry.key == "<<";
    if (is_new) continue;
    const std::string text = fmt::format("duplicate key '{}'; it first stands at {}", entry.key,
                                         to_string(location(earlier->second->origin)));
    if (!report(entry.origin, text)) return false;
  }
  std::size_t index = 0;
  std::erase_if(entries, [&](const Entry&) { return again[index++]; });
  return true;
}

}  // namespace topoproof::document
