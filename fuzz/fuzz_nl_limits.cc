// SPDX-License-Identifier: GPL-2.0-or-later
// Property: netlink attributes about as long as their length field can say read back as they were
// written; those that do not fit are told instead of wrapped, and no others are. A target of its
// own: each input is as much work as a hundred of nl_attr.
#include "fuzz/attribute_tree.hh"
#include "fuzz/target.hh"

namespace topoproof::fuzz {

void run(BytesView input) {
  ByteSource source(input);
  const Tree tree = make_tree(source, 2);
  bool fits = true;
  TreeView whole = tree;
  measure(whole, 0, fits);
  netlink::MessageWriter writer;
  writer.begin({.type = 0x20, .flags = 1, .schema = &kTree});
  TreeView rest = tree;
  write(rest, 0, writer);
  TOPOPROOF_CHECK(writer.oversized().has_value() == !fits, "what does not fit is told");
  if (!fits) return;  // such a message is never sent
  const auto messages = netlink::split_messages(writer.bytes());
  TOPOPROOF_CHECK(messages && messages->size() == 1, "one message was written");
  Tree again;
  read(messages->front().payload, 0, again);
  TOPOPROOF_CHECK(again == tree, "it reads back as it was written");
}

}  // namespace topoproof::fuzz
