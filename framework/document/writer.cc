// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/writer.hh"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "document/quoting.hh"

namespace topoproof::document {
namespace {

constexpr std::size_t kLineWidth = 100;
constexpr int kFlowHeight = 2;  // collections in one line: at most [{ a: b }]

bool is_empty(const Node& node) {
  return (node.is_sequence() && node.items().empty()) ||
         (node.is_mapping() && node.entries().empty());
}

// How many collections stand in each other: 0 for a scalar. Looks no deeper than is of interest.
int height(const Node& node, int limit) {
  if (limit == 0) return 0;
  int inner = 0;
  if (node.is_sequence()) {
    for (const Node& item : node.items()) inner = std::max(inner, height(item, limit - 1));
  } else if (node.is_mapping()) {
    for (const Entry& entry : node.entries())
      inner = std::max(inner, height(entry.value, limit - 1));
  } else {
    return 0;
  }
  return inner + 1;
}

std::string flow(const Node& node) {
  std::string out;
  const auto separate = [&] { return out.empty() ? "" : ", "; };
  switch (node.kind()) {
    case Kind::Null:
      return "null";
    case Kind::Scalar:
      return node.is_plain() ? quote_if_needed(node.text()) : quote(node.text());
    case Kind::Sequence:
      for (const Node& item : node.items()) out += separate() + flow(item);
      return fmt::format("[{}]", out);
    case Kind::Mapping:
      for (const Entry& entry : node.entries()) {
        out += fmt::format("{}{}: {}", separate(), quote_if_needed(entry.key), flow(entry.value));
      }
      return out.empty() ? "{}" : fmt::format("{{ {} }}", out);
  }
  return out;
}

class Writer {
 public:
  // At the start of a line, or after "- ": what follows is indented by `indent`.
  void block(const Node& node, std::size_t indent) {
    if (node.is_sequence() && !is_empty(node)) {
      block_sequence(node, indent);
    } else if (node.is_mapping() && !is_empty(node)) {
      block_mapping(node, indent);
    } else {
      inline_value(node, indent);
    }
  }

  std::string take() && { return std::move(out_); }

 private:
  void block_sequence(const Node& node, std::size_t indent) {
    for (const Node& item : node.items()) {
      start_line(indent);
      out_ += "- ";
      if (fits_line(item, indent + 2) && !is_nested_mapping(item)) {
        inline_value(item, indent);
      } else {
        block(item, indent + 2);
      }
    }
  }

  void block_mapping(const Node& node, std::size_t indent) {
    for (const Entry& entry : node.entries()) {
      start_line(indent);
      const std::string key = quote_if_needed(entry.key);
      out_ += key + ":";
      // What the document consists of is always spread out, however short.
      if (indent > 0 ? fits_line(entry.value, indent + key.size() + 2) : !has_block(entry.value)) {
        out_ += " ";
        inline_value(entry.value, indent);
      } else {
        out_ += "\n";
        block(entry.value, indent + 2);
      }
    }
  }

  static bool has_block(const Node& node) {
    return (node.is_sequence() || node.is_mapping()) && !is_empty(node);
  }

  // Reads better as a block: "- endpoints: [a, b]", not "- { endpoints: [a, b] }".
  static bool is_nested_mapping(const Node& node) {
    return node.is_mapping() && height(node, kFlowHeight) > 1;
  }

  static bool fits_line(const Node& node, std::size_t column) {
    if (!has_block(node)) return true;
    return height(node, kFlowHeight + 1) <= kFlowHeight && flow(node).size() + column <= kLineWidth;
  }

  void inline_value(const Node& node, std::size_t indent) {
    if (node.is_scalar() && fits_literal_block(node.text())) {
      literal_block(node.text(), indent + 2);
    } else {
      out_ += flow(node) + "\n";
    }
  }

  void literal_block(std::string_view text, std::size_t indent) {
    out_ += text.ends_with('\n') ? "|\n" : "|-\n";
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      out_ += line.empty() ? "\n" : fmt::format("{:{}}{}\n", "", indent, line);
      text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
  }

  // After "- " the first key of a mapping goes on in the same line.
  void start_line(std::size_t indent) {
    if (out_.empty() || out_.ends_with('\n')) out_.append(indent, ' ');
  }

  std::string out_;
};

std::string comment_lines(std::string_view comment) {
  std::string out;
  while (!comment.empty()) {
    const std::string_view line = comment.substr(0, comment.find('\n'));
    out += fmt::format("#{}{}\n", line.empty() ? "" : " ", line);
    comment.remove_prefix(std::min(line.size() + 1, comment.size()));
  }
  return out;
}

}  // namespace

std::string write_yaml(const Node& root, std::string_view comment) {
  Writer writer;
  writer.block(root, 0);
  return comment_lines(comment) + std::move(writer).take();
}

}  // namespace topoproof::document
