// SPDX-License-Identifier: GPL-2.0-or-later
// nf_tables messages as text, for tests that compare ours with those of nft.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hh"

namespace topoproof::nft {

// One line for each attribute: "/4/1/2/3: 00 00 00 01", by the way of its numbers.
struct AttributeLines {
  std::vector<std::string> said;
  // What nft says or leaves out, as its phrase goes, and no value of ours tells: that the operation
  // of a bitwise expression is the mask, which is so without (nft says it of `ct mark and 3 == 1`,
  // not of `ct state new` or `meta mark 0x100/24`); the number of a set that has a name, by which
  // the kernel finds it. With the attribute's name before the number of the line's way.
  std::vector<std::string> implied;
};

// `message` begins with its netlink header.
AttributeLines attribute_lines(BytesView message);

}  // namespace topoproof::nft
