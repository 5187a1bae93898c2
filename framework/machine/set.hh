// SPDX-License-Identifier: GPL-2.0-or-later
// A set or map as the machine looks keys up in it. The time of a lookup does not grow with the
// number of elements (exact keys), or with its logarithm (intervals).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hh"
#include "firewall/ruleset.hh"
#include "machine/code.hh"
#include "machine/state.hh"

namespace topoproof::machine {

struct SetElement {
  Bytes key;
  Bytes key_high;  // of a concatenation of ranges
  Bytes data;      // of a map
  VerdictCode verdict;
  std::uint32_t object = 0;           // of an object map
  std::vector<std::uint32_t> states;  // stateful expressions that run when it is found
  std::optional<Time> expires;
  const firewall::Element* source = nullptr;  // null: added by a rule
};

// Finds the place of a key among elements that do not change; the elements are the set's.
class SetIndex {
 public:
  virtual ~SetIndex() = default;
  virtual std::optional<std::uint32_t> find(BytesView key) const = 0;
};
// Intervals of one field: each element begins one, or ends the one before it.
std::unique_ptr<SetIndex> make_interval_index(const firewall::Set& set,
                                              const std::vector<SetElement>& elements);
// Concatenations with a range in each field.
std::unique_ptr<SetIndex> make_concatenation_index(const firewall::Set& set,
                                                   const std::vector<SetElement>& elements);

class Set {
 public:
  explicit Set(const firewall::Set& source) : source_(&source) {}

  // REQUIRES: to be called before any other; keys of exact sets are all different.
  void fill(std::vector<SetElement> elements, std::optional<SetElement> catchall);

  const firewall::Set& source() const { return *source_; }
  bool is_map() const { return source_->is_map(); }
  std::size_t key_length() const { return source_->key_length; }

  // RETURNS: null if there is no element for the key, or its time is over.
  const SetElement* find(BytesView key, Time now) const;
  // find(), then the element for all keys that have none.
  const SetElement* find_or_catchall(BytesView key, Time now) const;

  // For rules that change the set. REQUIRES: it has exact keys.
  enum class Room { Free, Full, Unknown };
  Room room(Time now) const;
  SetElement& add(SetElement element);
  SetElement* find_to_change(BytesView key, Time now);
  void remove(BytesView key);

  std::size_t size() const { return exact_.size() + elements_.size(); }
  template <class F>
  void for_each(F f) const {
    for (const auto& element : elements_) f(element);
    for (const auto& [key, element] : exact_) f(element);
    if (catchall_) f(*catchall_);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };
  bool has_ranges() const { return (source_->flags & firewall::kSetInterval) != 0; }

  const firewall::Set* source_;
  std::unordered_map<std::string, SetElement, Hash, std::equal_to<>> exact_;
  std::vector<SetElement> elements_;  // of sets with ranges
  std::shared_ptr<const SetIndex> index_;
  std::optional<SetElement> catchall_;
};

}  // namespace topoproof::machine
