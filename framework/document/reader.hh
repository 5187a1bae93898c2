// SPDX-License-Identifier: GPL-2.0-or-later
// YAML text -> tree. Strict where YAML is a trap: one document, no tags, no merge keys, no
// duplicate keys, text keys only. Hostile input meets a limit before it costs time or memory.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/issue.hh"
#include "document/node.hh"

namespace topoproof::document {

inline constexpr std::size_t kMaxBytes = 4 << 20;  // about 10,000 namespaces in long form
inline constexpr std::size_t kMaxNodes = 250'000;  // aliases count as what they stand for
inline constexpr int kMaxDepth = 64;
inline constexpr std::size_t kMaxKeyBytes = 200;

// Appends what is wrong to `issues`, in file order. RETURNS the tree if there is one to go on with:
// after a duplicate key (the first one counts), a tag or a merge key (ignored) the rest can still
// be read, so that one run names every issue of a file. Test `issues` before use of the content.
std::optional<Node> parse_yaml(std::string_view text, const std::string& file_name, Issues& issues);

// The same for who wants all or nothing.
std::expected<Node, Issues> parse_yaml(std::string_view text, const std::string& file_name);

// The content of a file: at most kMaxBytes and one more. The issue has the file as its place.
std::expected<std::string, Issue> read_text_file(const std::string& path);

// A file that cannot be read is an issue, too. Its name appears in locations as it is given.
std::optional<Node> read_yaml_file(const std::filesystem::path& path, Issues& issues);

}  // namespace topoproof::document
