// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/fields.hh"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.hh"
#include "document/syntax.hh"

namespace topoproof::document {

Fields::Fields(const Node& node, Issues& issues)
    : node_(node), issues_(issues), usable_(node.is_mapping() || node.is_null()) {
  if (!usable_) report_unexpected(node, "a mapping", issues);
}

const Node* Fields::take(std::string_view key) {
  if (!is_known(key)) known_.push_back(key);
  return node_.find(key);
}

const Node* Fields::require(std::string_view key) {
  const Node* found = take(key);
  if (found == nullptr && usable_) {
    issues_.push_back(make_issue(node_.where(), fmt::format("the key '{}' is missing", key)));
  }
  return found;
}

std::vector<std::string_view> Fields::in_order(std::span<const std::string_view> keys) const {
  std::vector<std::string_view> found;
  if (!node_.is_mapping()) return found;
  for (const Entry& entry : node_.entries()) {
    const auto key = std::ranges::find(keys, entry.key);
    if (key != keys.end()) found.push_back(*key);
  }
  return found;
}

bool Fields::is_known(std::string_view key) const {
  return std::ranges::find(known_, key) != known_.end();
}

void Fields::report_unknown(const Entry& entry) {
  std::string hint = did_you_mean(entry.key, known_);
  const std::string_view before_colon = std::string_view(entry.key).substr(0, entry.key.find(':'));
  if (entry.value.is_null() && is_known(before_colon)) {
    hint = fmt::format("; is a space missing after '{}:'?", before_colon);
  } else if (hint.empty()) {
    hint = ipv6_hint(entry.key, 0);
  }
  if (hint.empty()) hint = fmt::format("; known here: {}", fmt::join(known_, ", "));
  issues_.push_back(make_issue(entry.where(), fmt::format("unknown key '{}'{}", entry.key, hint)));
}

void Fields::finish() {
  if (!node_.is_mapping()) return;
  constexpr std::size_t kNamed = 20;  // a hostile mapping has many, and each suggestion costs time
  std::size_t unknown = 0;
  for (const Entry& entry : node_.entries()) {
    if (is_known(entry.key)) continue;
    if (unknown++ < kNamed) report_unknown(entry);
  }
  if (unknown <= kNamed) return;
  issues_.push_back(
      make_issue(node_.where(), fmt::format("{} more unknown keys here", unknown - kNamed)));
}

}  // namespace topoproof::document
