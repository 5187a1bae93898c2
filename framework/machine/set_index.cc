// SPDX-License-Identifier: GPL-2.0-or-later
// Lookups among ranges: in one field as in nft_set_rbtree.c, in several as in nft_set_pipapo.c.
#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>

#include "machine/set.hh"

namespace topoproof::machine {
namespace {

constexpr std::size_t kSlot = 4;  // fields of a concatenation begin at whole words

bool is_less(BytesView a, BytesView b) {
  return std::memcmp(a.data(), b.data(), std::min(a.size(), b.size())) < 0;
}

// Sorted bounds: a key belongs to the last one that is not above it.
class IntervalIndex : public SetIndex {
 public:
  IntervalIndex(std::size_t length, const std::vector<SetElement>& elements) : length_(length) {
    for (std::uint32_t i = 0; i < elements.size(); ++i) {
      const auto& source = *elements[i].source;
      const bool ends = (source.flags & firewall::kElementIntervalEnd) != 0;
      bounds_.push_back({source.key, i, ends});
      if (!source.key_high.empty()) append_end(source.key_high, i);
    }
    // Where one interval ends and another begins at the same key, the key is in the latter.
    std::ranges::sort(bounds_, [](const Bound& a, const Bound& b) {
      if (a.key != b.key) return is_less(a.key, b.key);
      return a.ends && !b.ends;
    });
  }

  std::optional<std::uint32_t> find(BytesView key) const override {
    key = key.first(length_);
    const auto above = std::ranges::upper_bound(
        bounds_, key, [](BytesView a, BytesView b) { return is_less(a, b); },
        [](const Bound& bound) { return BytesView(bound.key); });
    if (above == bounds_.begin()) return {};
    const auto& bound = *std::prev(above);
    if (bound.ends) return {};
    return bound.element;
  }

 private:
  struct Bound {
    Bytes key;
    std::uint32_t element = 0;
    bool ends = false;
  };

  // An element with both of its ends: the bound behind the last key, unless that is the highest.
  void append_end(Bytes last, std::uint32_t element) {
    for (auto at = last.size(); at-- > 0;) {
      if (last[at] != std::byte{0xff}) {
        last[at] = static_cast<std::byte>(std::to_integer<unsigned>(last[at]) + 1);
        bounds_.push_back({std::move(last), element, true});
        return;
      }
      last[at] = std::byte{0};
    }
  }

  std::size_t length_;
  std::vector<Bound> bounds_;
};

struct Field {
  std::size_t offset = 0;
  std::size_t length = 0;
  BytesView of(BytesView key) const { return key.subspan(offset, length); }
};

std::vector<Field> fields_of(const firewall::Set& set) {
  std::vector<Field> fields;
  std::size_t offset = 0;
  for (const auto length : set.field_lengths) {
    fields.push_back({offset, length});
    offset += (length + kSlot - 1) / kSlot * kSlot;
  }
  return fields;
}

// The elements that come into question are found by one field, the one that tells them apart best;
// they are then compared in full, in their order.
class ConcatenationIndex : public SetIndex {
 public:
  ConcatenationIndex(const firewall::Set& set, const std::vector<SetElement>& elements)
      : fields_(fields_of(set)) {
    for (const auto& element : elements) {
      boxes_.push_back({element.key, element.key_high.empty() ? element.key : element.key_high});
    }
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const auto& field : fields_) {
      const auto cost = cost_of(field, least);
      if (cost >= least) continue;
      least = cost;
      decisive_ = field;
    }
    build();
  }

  std::optional<std::uint32_t> find(BytesView key) const override {
    const auto above = stretches_.upper_bound(as_text(decisive_.of(key)));
    if (above == stretches_.begin()) return {};
    for (const auto i : std::prev(above)->second) {
      if (contains(boxes_[i], key)) return i;
    }
    return {};
  }

 private:
  static std::string as_string(BytesView bytes) { return std::string(as_text(bytes)); }

  struct Box {
    Bytes low;
    Bytes high;
  };

  bool contains(const Box& box, BytesView key) const {
    return std::ranges::all_of(fields_, [&](const Field& field) {
      const auto value = field.of(key);
      return !is_less(value, field.of(box.low)) && !is_less(field.of(box.high), value);
    });
  }

  // How many elements the stretches between the bounds of this field hold in all.
  std::size_t cost_of(const Field& field, std::size_t limit) const {
    std::map<std::string, std::ptrdiff_t> steps;
    for (const auto& box : boxes_) {
      ++steps[as_string(field.of(box.low))];
      --steps[as_string(field.of(box.high)) + '\0'];
    }
    std::size_t cost = 0;
    std::ptrdiff_t open = 0;
    for (const auto& [bound, step] : steps) {
      open += step;
      cost += static_cast<std::size_t>(open);
      if (cost >= limit) break;
    }
    return cost;
  }

  // A stretch begins at each bound; one zero byte more than a key puts a bound right behind it.
  void build() {
    std::map<std::string, std::vector<std::pair<bool, std::uint32_t>>> bounds;
    for (std::uint32_t i = 0; i < boxes_.size(); ++i) {
      bounds[as_string(decisive_.of(boxes_[i].low))].emplace_back(true, i);
      bounds[as_string(decisive_.of(boxes_[i].high)) + '\0'].emplace_back(false, i);
    }
    std::vector<std::uint32_t> open;
    for (const auto& [bound, changes] : bounds) {
      for (const auto& [begins, element] : changes) {
        const auto at = std::ranges::lower_bound(open, element);
        if (begins) {
          open.insert(at, element);
        } else {
          open.erase(at);
        }
      }
      stretches_.emplace_hint(stretches_.end(), bound, open);
    }
  }

  std::vector<Field> fields_;
  std::vector<Box> boxes_;
  Field decisive_;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> stretches_;
};

}  // namespace

std::unique_ptr<SetIndex> make_interval_index(const firewall::Set& set,
                                              const std::vector<SetElement>& elements) {
  return std::make_unique<IntervalIndex>(set.key_length, elements);
}

std::unique_ptr<SetIndex> make_concatenation_index(const firewall::Set& set,
                                                   const std::vector<SetElement>& elements) {
  return std::make_unique<ConcatenationIndex>(set, elements);
}

}  // namespace topoproof::machine
