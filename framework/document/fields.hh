// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of one mapping, taken one after the other. What was not asked for by the end is unknown
// and reported with a "did you mean". Issues come in the order of asking; a reader that is done
// with a file sorts them (Issue orders by place).
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/issue.hh"
#include "document/node.hh"
#include "document/values.hh"

namespace topoproof::document {

class Fields {
 public:
  // An empty value (`red:`) is an empty mapping. Any other kind is one issue; then no key is
  // there, and none is reported as missing. Keeps references to both arguments.
  Fields(const Node& node, Issues& issues);

  bool is_mapping() const { return usable_; }

  // The value of a key; nullptr if the key is not there (`require`: and an issue says so).
  // REQUIRES: `key` outlives this object; it is a literal nearly always.
  const Node* take(std::string_view key);
  const Node* require(std::string_view key);

  // Those of the keys that are there, in the order in which the mapping has them.
  std::vector<std::string_view> in_order(std::span<const std::string_view> keys) const;

  // RETURNS: true if the key is there and has a value that could be read; otherwise `target` stays
  // as it is. T may be a std::optional of what `read` gives. What `read` can be: values.hh.
  template <class F, class T>
  bool optional(std::string_view key, const F& read, T& target) {
    return assign(take(key), read, target);
  }
  template <class F, class T>
  bool required(std::string_view key, const F& read, T& target) {
    return assign(require(key), read, target);
  }

  // To be called once, after the last key was asked for.
  void finish();

 private:
  template <class F, class T>
  bool assign(const Node* node, const F& read, T& target) {
    if (node == nullptr) return false;
    auto value = read_value(*node, issues_, read);
    if (value) target = *std::move(value);
    return value.has_value();
  }
  bool is_known(std::string_view key) const;
  void report_unknown(const Entry& entry);

  const Node& node_;
  Issues& issues_;
  bool usable_;
  std::vector<std::string_view> known_;
};

}  // namespace topoproof::document
