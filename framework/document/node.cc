// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/node.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.hh"

namespace topoproof::document {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

Location make_location(const Origin& origin, int line, int column) {
  return {.file = origin.file ? *origin.file : std::string(), .line = line, .column = column};
}

// Columns count characters, as editors and libyaml do.
int count_characters(std::string_view utf8) {
  const auto starts_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  };
  return static_cast<int>(std::ranges::count_if(utf8, starts_character));
}

}  // namespace

Node::Node(Value value, Origin origin) : value_(std::move(value)), origin_(std::move(origin)) {}

Node Node::with(Value value) const { return Node(std::move(value), origin_); }

const std::string& Node::text() const {
  TOPOPROOF_CHECK(is_scalar(), "only a scalar has text");
  return std::get<Scalar>(value_).text;
}

bool Node::is_plain() const {
  TOPOPROOF_CHECK(is_scalar(), "only a scalar is plain or quoted");
  return std::get<Scalar>(value_).plain;
}

const std::vector<Node>& Node::items() const {
  TOPOPROOF_CHECK(is_sequence(), "only a sequence has items");
  return std::get<std::vector<Node>>(value_);
}

const std::vector<Entry>& Node::entries() const {
  TOPOPROOF_CHECK(is_mapping(), "only a mapping has entries");
  return std::get<std::vector<Entry>>(value_);
}

const Node* Node::find(std::string_view key) const {
  if (!is_mapping()) return nullptr;
  const auto found = std::ranges::find(entries(), key, &Entry::key);
  return found == entries().end() ? nullptr : &found->value;
}

Location Node::where() const { return make_location(origin_, origin_.line, origin_.column); }

Location Node::where(std::size_t offset) const {
  if (!is_scalar() || origin_.text_column == 0) return where();
  const std::string_view before = std::string_view(text()).substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return make_location(origin_,
                       origin_.text_line + static_cast<int>(std::ranges::count(before, '\n')),
                       origin_.text_column + count_characters(before.substr(line_start)));
}

std::vector<int> Node::text_lines() const {
  return origin_.text_lines ? *origin_.text_lines : std::vector<int>();
}

bool operator==(const Node& a, const Node& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::Null:
      return true;
    case Kind::Scalar:
      return a.text() == b.text();
    case Kind::Sequence:
      return a.items() == b.items();
    case Kind::Mapping:
      return a.entries() == b.entries();
  }
  return false;
}

Location Entry::where() const { return make_location(origin, origin.line, origin.column); }

bool operator==(const Entry& a, const Entry& b) { return a.key == b.key && a.value == b.value; }

Node make_scalar(std::string text) { return Node(Scalar{.text = std::move(text)}); }
Node make_sequence(std::vector<Node> items) { return Node(std::move(items)); }
Node make_mapping(std::vector<Entry> entries) { return Node(std::move(entries)); }

std::vector<Word> split_words(const Node& scalar) {
  const std::string_view text = scalar.text();
  std::vector<Word> words;
  for (std::size_t start = text.find_first_not_of(kBlanks); start != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, start), text.size());
    words.push_back({text.substr(start, end - start), scalar.where(start)});
    start = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

std::string describe(const Node& node) {
  constexpr std::size_t kShown = 40;
  switch (node.kind()) {
    case Kind::Null:
      return "nothing";
    case Kind::Sequence:
      return "a list";
    case Kind::Mapping:
      return "a mapping";
    case Kind::Scalar:
      break;
  }
  std::string_view shown = node.text();
  shown = shown.substr(0, shown.find('\n'));
  std::size_t length = std::min(shown.size(), kShown);
  while (length < shown.size() && (static_cast<unsigned char>(shown[length]) & 0xc0) == 0x80)
    --length;
  return fmt::format("'{}{}'", shown.substr(0, length), length < node.text().size() ? "..." : "");
}

}  // namespace topoproof::document
