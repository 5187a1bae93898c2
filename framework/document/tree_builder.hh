// SPDX-License-Identifier: GPL-2.0-or-later
// From the events of a YAML parser to the tree; keeps the limits and the rules on keys and aliases.
// Internal to the module, and free of libyaml: reader.cc translates its events into these calls.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/issue.hh"
#include "document/node.hh"

namespace topoproof::document {

// The calls return false, after an issue, when there is no sense in going on.
class TreeBuilder {
 public:
  TreeBuilder(const std::string& file_name, Issues& issues);

  bool open(Kind kind, Origin origin, std::string anchor);  // Sequence or Mapping
  bool close();                                             // REQUIRES: something is open
  bool scalar(Scalar scalar, Origin origin, std::string anchor);
  bool alias(const std::string& name, const Origin& origin);

  bool report(const Origin& origin, std::string text);  // false from the 100th issue on
  Location location(const Origin& origin) const;
  const std::shared_ptr<const std::string>& file() const { return file_; }
  std::optional<Node> root() && { return std::move(root_); }

 private:
  struct Open {  // a sequence or mapping that is not closed yet
    Kind kind;
    Origin origin;
    std::string anchor;
    std::size_t nodes_before;
    std::vector<Node> items;
    std::vector<Entry> entries;
    bool has_key = false;  // the last entry waits for its value
  };
  struct Anchored {
    Node node;
    std::size_t nodes;
  };

  bool wants_key() const;
  bool add_key(std::string key, const Origin& origin);
  bool add(Node node, const Origin& origin, const std::string& anchor, std::size_t nodes);
  bool charge(std::size_t nodes, const Origin& origin);
  bool drop_duplicates(std::vector<Entry>& entries);
  bool is_open(const std::string& anchor) const;
  bool fail(const Origin& origin, std::string text);

  std::shared_ptr<const std::string> file_;
  Issues& issues_;
  std::size_t first_issue_;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  std::unordered_map<std::string, Anchored> anchors_;
  std::optional<Node> root_;
};

}  // namespace topoproof::document
