// SPDX-License-Identifier: GPL-2.0-or-later
// nf_tables messages as text, for tests that compare ours with those of nft.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hh"

namespace topoproof::nft {

// One line for each attribute: "/4/1/2/3: 00 00 00 01", by the way of its numbers. Left out is what
// the kernel fills in itself, or only keeps, and nft says or does not, as its phrase goes: the
// operation of a bitwise expression where it is a mask; that ports are given, where a translation
// has ports; the numbers of sets that are found by their names.
// `message` begins with its netlink header.
std::vector<std::string> attribute_lines(BytesView message);

}  // namespace topoproof::nft
