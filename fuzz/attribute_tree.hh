// SPDX-License-Identifier: GPL-2.0-or-later
// Trees of netlink attributes: made from a byte source, written, read.
#pragma once

#include <array>
#include <string>
#include <vector>

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

struct Attribute {
  std::uint16_t type = kNumber;
  Bytes content = {};
  std::vector<Attribute> inside = {};
  friend bool operator==(const Attribute&, const Attribute&) = default;
};
using Tree = std::vector<Attribute>;

inline Tree make_tree(ByteSource& source, int depth) {
  Tree tree;
  for (auto left = source.below(6); left > 0; --left) {
    Attribute& made =
        tree.emplace_back(Attribute{.type = source.between<std::uint16_t>(kNumber, kNest)});
    if (made.type == kNumber) made.content = source.bytes(4);
    if (made.type == kText) made.content = Bytes(source.below(40), std::byte{'x'});
    // Now and then more than a nest can hold.
    if (made.type == kBlob) made.content = source.bytes(source.below(32) << source.below(12));
    if (made.type == kNest && depth > 0) made.inside = make_tree(source, depth - 1);
  }
  return tree;
}

inline void write(const Tree& tree, netlink::MessageWriter& writer) {
  for (const Attribute& each : tree) {
    if (each.type == kNumber) writer.put_be32(kNumber, load_be32(each.content.data()));
    if (each.type == kText) writer.put_string(kText, as_text(each.content));
    if (each.type == kBlob) writer.put_bytes(kBlob, each.content);
    if (each.type != kNest) continue;
    const auto nest = writer.nest(kNest);
    write(each.inside, writer);
  }
}

inline Tree read(BytesView bytes) {
  Tree tree;
  netlink::AttributeCursor cursor(bytes);
  while (const auto found = cursor.next()) {
    Attribute& made = tree.emplace_back(Attribute{.type = found->type});
    if (found->type == kNest) made.inside = read(found->payload);
    const bool ends_with_zero = found->type == kText;
    const auto content = found->payload.first(found->payload.size() - (ends_with_zero ? 1 : 0));
    if (found->type != kNest) made.content.assign(content.begin(), content.end());
  }
  TOPOPROOF_CHECK(!cursor.is_broken(), "what was written has sound lengths");
  return tree;
}

}  // namespace topoproof::fuzz
