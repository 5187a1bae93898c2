// SPDX-License-Identifier: GPL-2.0-or-later
// Property: a tree of netlink attributes takes the sum of its aligned parts, and reads back as it
// was written, with nests marked and padding zero, twice to the same bytes.
#include "fuzz/attribute_tree.hh"
#include "fuzz/target.hh"

namespace topoproof::fuzz {

void run(BytesView input) {
  ByteSource source(input);
  const Tree tree = make_tree(source);
  bool fits = true;
  TreeView whole = tree;
  const std::size_t length = measure(whole, 0, fits);
  netlink::MessageWriter writer;
  writer.buffer().reserve(1024);  // instead of growing into it
  for (int message = 0; message < 2; ++message) {
    writer.begin({.type = 0x20, .flags = 1, .schema = &kTree});
    TreeView rest = tree;
    write(rest, 0, writer);
  }
  const auto messages = netlink::split_messages(writer.bytes());
  TOPOPROOF_CHECK(messages && messages->size() == 2, "two messages were written");
  const BytesView first = messages->front().payload;
  TOPOPROOF_CHECK(first.size() == length, "it takes the sum of its parts");
  TOPOPROOF_CHECK(is_same(first, messages->back().payload), "writing is deterministic");
  Tree again;
  again.reserve(tree.size());
  read(first, 0, again);
  TOPOPROOF_CHECK(again == tree, "it reads back as it was written");
}

}  // namespace topoproof::fuzz
