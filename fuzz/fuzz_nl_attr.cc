// SPDX-License-Identifier: GPL-2.0-or-later
// Property: a tree of netlink attributes reads back as it was written, twice to the same bytes, and
// one that does not fit its length field is told instead of wrapped.
#include <algorithm>

#include "fuzz/attribute_tree.hh"
#include "fuzz/target.hh"

namespace topoproof::fuzz {

void run(BytesView input) {
  ByteSource source(input);
  const Tree tree = make_tree(source, 4);
  netlink::MessageWriter writer;
  netlink::MessageWriter again;
  for (netlink::MessageWriter* each : {&writer, &again}) {
    each->begin({.type = 0x20, .flags = 1, .schema = &kTree});
    write(tree, *each);
  }
  if (writer.oversized()) return;  // the caller is told; such a message is never sent
  TOPOPROOF_CHECK(std::ranges::equal(writer.bytes(), again.bytes()), "writing is deterministic");
  const auto messages = netlink::split_messages(writer.bytes());
  TOPOPROOF_CHECK(messages && messages->size() == 1, "one message was written");
  TOPOPROOF_CHECK(read(messages->front().payload) == tree, "it reads back as it was written");
}

}  // namespace topoproof::fuzz
