// SPDX-License-Identifier: GPL-2.0-or-later
// Tells whether bytes are an nf_tables message that libnftnl may read: it is not safe on others.
// (1.2.4 writes over the end of the heap for a value that is too long, reads through a null pointer
// where an expression has no name, and calls exit() for an attribute of an unexpected size.)
#pragma once

#include <optional>

#include "base/bytes.hh"
#include "base/issue.hh"

namespace topoproof::nft {

// `message` begins with its netlink header. What is in it is a ruleset's message with all that such
// a one needs, every attribute known, of its kind's size, and whole; nests are so too.
// RETURNS: nothing if it is; else an issue that names the first attribute that is not.
std::optional<Issue> find_fault(BytesView message);

}  // namespace topoproof::nft
