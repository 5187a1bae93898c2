// SPDX-License-Identifier: GPL-2.0-or-later
// From the document of a file to the document of one network: `extends:` is followed, edits and
// the chosen variants are applied, `defaults:` and `groups:` are merged into the nodes. Internal to
// the reader.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "document/node.hh"
#include "topofile/reader.hh"

namespace topoproof::topofile {

// REQUIRES: `root` is a mapping.
document::Node expand(const document::Node& root,
                      std::span<const topology::Located<std::string>> variants,
                      const FileReader& read_file, Issues& issues);

}  // namespace topoproof::topofile
