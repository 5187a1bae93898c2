// SPDX-License-Identifier: GPL-2.0-or-later
// Trees of netlink attributes: made from a byte source, measured, written, read. A tree is a list:
// what is in a nest follows it, one deeper. Contents are views (of the input, or of kFill), so that
// a run allocates next to nothing.
#pragma once

#include <array>
#include <vector>

#include <linux/netlink.h>

#include "base/byte_source.hh"
#include "base/check.hh"
#include "netlink/reader.hh"
#include "netlink/writer.hh"

namespace topoproof::fuzz {

using netlink::Kind;

enum Type : std::uint16_t { kNumber = 1, kText, kBlob, kNest };

extern const netlink::Schema kTree;
inline constexpr std::array kAttributes{
    netlink::AttributeSpec{kNumber, Kind::Be32, "NUMBER"},
    netlink::AttributeSpec{kText, Kind::String, "TEXT"},
    netlink::AttributeSpec{kBlob, Kind::Binary, "BLOB"},
    netlink::AttributeSpec{kNest, Kind::Nested, "NEST", &kTree}};
inline const netlink::Schema kTree{.header_size = 0, .attributes = kAttributes};

constexpr std::size_t kMostAttributes = 24;
constexpr int kDeepest = 12;
constexpr std::size_t kLongest = 0xffff;  // an attribute, its header included
inline const Bytes kFill(kLongest + 16, std::byte{'x'});

// By memcmp: the engine notes each comparison of single bytes, which costs more than all the rest.
inline bool is_same(BytesView one, BytesView other) { return as_text(one) == as_text(other); }

struct Attribute {
  std::uint16_t type = kNumber;
  int depth = 0;  // how many nests it is in
  BytesView content = {};
  friend bool operator==(const Attribute& a, const Attribute& b) {
    return a.type == b.type && a.depth == b.depth && is_same(a.content, b.content);
  }
};
using Tree = std::vector<Attribute>;
using TreeView = std::span<const Attribute>;

// About as much as one attribute can hold, or a little more.
inline BytesView make_long_content(ByteSource& source) {
  return BytesView(kFill).first(16 + source.below(kLongest));
}

inline BytesView make_content(ByteSource& source, std::uint16_t type) {
  if (type == kNest) return {};
  if (type == kText) return BytesView(kFill).first(source.below(40));
  const BytesView content = source.view(type == kNumber ? 4 : source.below(32));
  return type == kNumber && content.size() < 4 ? BytesView(kFill).first(4) : content;
}

// The first `long_ones` of its blobs are long.
inline Tree make_tree(ByteSource& source, int long_ones = 0) {
  Tree tree;
  tree.reserve(kMostAttributes);
  int deepest = 0;  // where the next may be
  while (tree.size() < kMostAttributes && !source.is_exhausted()) {
    const auto type = source.between<std::uint16_t>(kNumber, kNest);
    const int depth = source.coin() ? deepest : source.between(0, deepest);
    const bool is_long = type == kBlob && long_ones > 0;
    tree.push_back({.type = type,
                    .depth = depth,
                    .content = is_long ? make_long_content(source) : make_content(source, type)});
    if (is_long) --long_ones;
    deepest = std::min(depth + (type == kNest ? 1 : 0), kDeepest);
  }
  return tree;
}

// The attributes of one nest, off the front of `rest`: how many bytes they take. `fits` is cleared
// by one that is longer than its length field can say.
inline std::size_t measure(TreeView& rest, int depth, bool& fits) {
  std::size_t sum = 0;
  while (!rest.empty() && rest.front().depth == depth) {
    const Attribute& each = rest.front();
    rest = rest.subspan(1);
    std::size_t length = sizeof(nlattr) + each.content.size() + (each.type == kText ? 1U : 0U);
    if (each.type == kNest) length += measure(rest, depth + 1, fits);
    fits = fits && length <= kLongest;
    sum += netlink::aligned(length);
  }
  return sum;
}

inline void write(TreeView& rest, int depth, netlink::MessageWriter& writer) {
  while (!rest.empty() && rest.front().depth == depth) {
    const Attribute& each = rest.front();
    rest = rest.subspan(1);
    if (each.type == kNumber) writer.put_be32(kNumber, load_be32(each.content.data()));
    if (each.type == kText) writer.put_string(kText, as_text(each.content));
    if (each.type == kBlob) writer.put_bytes(kBlob, each.content);
    if (each.type != kNest) continue;
    const auto nest = writer.nest(kNest);
    write(rest, depth + 1, writer);
  }
}

// An attribute's flags, and the bytes between its end and the next.
inline void check_frame(BytesView bytes, const netlink::AttributeView& found) {
  const auto header = netlink::read_header<nlattr>(bytes.subspan(found.offset));
  const bool is_nested = (header->nla_type & NLA_F_NESTED) != 0;
  TOPOPROOF_CHECK(is_nested == (found.type == kNest), "nests are marked, and nothing else");
  const std::size_t end = found.offset + header->nla_len;
  TOPOPROOF_CHECK(netlink::aligned(end) <= bytes.size(), "attributes are padded to four bytes");
  for (const std::byte pad : bytes.subspan(end, netlink::aligned(end) - end)) {
    TOPOPROOF_CHECK(pad == std::byte{0}, "padding is zero");
  }
}

inline void read(BytesView bytes, int depth, Tree& tree) {
  netlink::AttributeCursor cursor(bytes);
  while (const auto found = cursor.next()) {
    check_frame(bytes, *found);
    const std::size_t zero = found->type == kText ? 1 : 0;  // at the end of a text
    const bool is_nest = found->type == kNest;
    tree.push_back(
        {.type = found->type,
         .depth = depth,
         .content = is_nest ? BytesView() : found->payload.first(found->payload.size() - zero)});
    if (is_nest) read(found->payload, depth + 1, tree);
  }
  TOPOPROOF_CHECK(!cursor.is_broken(), "what was written has sound lengths");
}

}  // namespace topoproof::fuzz
