// SPDX-License-Identifier: GPL-2.0-or-later
// A YAML document as a value: null, scalar, sequence or mapping, each knowing where it was written.
// Scalars are text; what the text means is for its reader to say (see values.hh), so a node named
// `no` or a version `1.10` stays what its author wrote.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/issue.hh"

namespace topoproof::document {

enum class Kind { Null, Scalar, Sequence, Mapping };

class Node;
struct Entry;

struct Scalar {
  std::string text;
  bool plain = true;  // written without quotes and not as a block (| or >)
};

// Where something was written. The file name is shared by all nodes of a document.
struct Origin {
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;
  int text_line = 0;    // where the first character of a scalar's text stands;
  int text_column = 0;  // 0: the text is folded or has escapes, so offsets have no place
  std::shared_ptr<const std::vector<int>> text_lines = {};  // then, of several: where each stands
};

class Node {
 public:
  using Value = std::variant<std::monostate, Scalar, std::vector<Node>, std::vector<Entry>>;

  Node() = default;  // null
  explicit Node(Value value, Origin origin = {});

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::Null; }
  bool is_scalar() const { return kind() == Kind::Scalar; }
  bool is_sequence() const { return kind() == Kind::Sequence; }
  bool is_mapping() const { return kind() == Kind::Mapping; }

  // References live as long as the node.
  const std::string& text() const;               // REQUIRES: is_scalar()
  bool is_plain() const;                         // REQUIRES: is_scalar()
  const std::vector<Node>& items() const;        // REQUIRES: is_sequence()
  const std::vector<Entry>& entries() const;     // REQUIRES: is_mapping(); in file order
  const Node* find(std::string_view key) const;  // nullptr: no mapping, or no such key. Linear.

  // The same place with other content: for whoever merges or edits a tree.
  Node with(Value value) const;

  const Origin& origin() const { return origin_; }
  Location where() const;
  // The place of a byte of text(), also inside a literal block. where() if it cannot be told.
  Location where(std::size_t offset) const;
  // Of a text whose lines do not stand one below the other from where(0) on: where each begins.
  std::vector<int> text_lines() const;

  // Equal content. Places and quotes do not count.
  friend bool operator==(const Node& a, const Node& b);

 private:
  Value value_;
  Origin origin_;
};

struct Entry {
  std::string key;
  Node value;
  Origin origin = {};  // of the key

  Location where() const;
  friend bool operator==(const Entry& a, const Entry& b);
};

// To build a document that is to be written (writer.hh).
Node make_scalar(std::string text);
Node make_sequence(std::vector<Node> items);
Node make_mapping(std::vector<Entry> entries);

// A blank-separated word of a scalar: short forms are read word by word.
struct Word {
  std::string_view text;  // valid as long as the node
  Location where;
};
std::vector<Word> split_words(const Node& scalar);  // REQUIRES: is_scalar()

// "a mapping", "a list", "nothing", or the text in quotes, shortened.
std::string describe(const Node& node);

}  // namespace topoproof::document
