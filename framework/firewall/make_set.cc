// SPDX-License-Identifier: GPL-2.0-or-later
// The elements of sets as nft sends them.
#include <algorithm>

#include <fmt/format.h>

#include "base/check.hh"
#include "firewall/selector.hh"

namespace topoproof::firewall {
namespace {

// What nft notes about a set in its userdata: attributes of one byte type, one byte length.
constexpr std::byte kNoteKeyByteOrder{0};
constexpr std::byte kNoteDataByteOrder{1};
enum class NotedOrder : std::uint32_t { None, Host, Network };

void note(Bytes& userdata, std::byte type, NotedOrder order) {
  const auto number = host_number(static_cast<std::uint32_t>(order));
  userdata.push_back(type);
  userdata.push_back(static_cast<std::byte>(number.size()));
  userdata.insert(userdata.end(), number.begin(), number.end());
}

// RETURNS: false where there is none.
bool increment(Bytes& value) {
  for (auto byte = value.rbegin(); byte != value.rend(); ++byte) {
    *byte = static_cast<std::byte>(std::to_integer<unsigned>(*byte) + 1);
    if (*byte != std::byte{0}) return true;
  }
  return false;
}

bool is_zero(const Bytes& value) {
  return std::ranges::all_of(value, [](std::byte byte) { return byte == std::byte{0}; });
}

using Data = decltype(Element::data);
struct Entry {
  Interval key;
  Data data = {};
};

// Of intervals without data those that touch become one.
std::vector<Entry> merged(std::vector<Entry> entries) {
  std::ranges::sort(entries, {}, [](const Entry& entry) { return entry.key.first; });
  std::vector<Entry> result;
  for (auto& entry : entries) {
    const bool is_plain = std::holds_alternative<std::monostate>(entry.data);
    auto next = result.empty() ? Bytes{} : result.back().key.last;
    const bool touches = !result.empty() && (!increment(next) || entry.key.first <= next);
    TOPOPROOF_CHECK(is_plain || !touches || entry.key.first == next,
                    "the intervals of a map do not overlap");
    if (touches && is_plain) {
      result.back().key.last = std::max(result.back().key.last, entry.key.last);
    } else {
      result.push_back(std::move(entry));
    }
  }
  return result;
}

// An interval is its first key, and the key after it as an end, unless the next one begins there.
// What is before the first one is an end, too.
std::vector<Element> interval_elements(const std::vector<Entry>& entries) {
  std::vector<Element> elements;
  if (!entries.empty() && !is_zero(entries.front().key.first)) {
    elements.push_back(
        {.key = Bytes(entries.front().key.first.size()), .flags = kElementIntervalEnd, .data = {}});
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    elements.push_back({.key = entries[i].key.first, .data = entries[i].data});
    auto next = entries[i].key.last;
    const bool is_followed = i + 1 < entries.size() && entries[i + 1].key.first == next;
    if (is_followed || !increment(next)) continue;
    if (i + 1 < entries.size() && entries[i + 1].key.first == next) continue;
    elements.push_back({.key = next, .flags = kElementIntervalEnd, .data = {}});
  }
  return elements;
}

std::vector<Element> plain_elements(const std::vector<Entry>& entries, bool has_ends) {
  std::vector<Element> elements;
  for (const auto& entry : entries) {
    elements.push_back({.key = entry.key.first,
                        .key_high = has_ends ? entry.key.last : Bytes{},
                        .data = entry.data});
  }
  return elements;
}

Set make(std::string name, const Selector& by, std::vector<Entry> entries) {
  Set set{.name = std::move(name), .key_type = by.type, .key_length = by.key_length()};
  const bool has_ranges =
      std::ranges::any_of(entries, [](const Entry& entry) { return !entry.key.is_one(); });
  if (has_ranges) set.flags |= kSetInterval;
  if (has_ranges && by.is_concatenation()) {
    set.flags |= kSetConcat;
    set.field_lengths = by.lengths;
  }
  const auto order = by.is_concatenation() ? NotedOrder::None
                     : by.is_host_order    ? NotedOrder::Host
                                           : NotedOrder::Network;
  note(set.userdata, kNoteKeyByteOrder, order);
  set.elements = has_ranges && !by.is_concatenation()
                     ? interval_elements(merged(std::move(entries)))
                     : plain_elements(entries, has_ranges);
  return set;
}

// nft counts the end of each interval of a map, also where it then leaves it out.
std::size_t omitted_ends(const Set& set) {
  const bool is_start_of_next = set.is_map() && (set.flags & kSetInterval) != 0;
  if (!is_start_of_next || !set.field_lengths.empty()) return 0;
  std::size_t count = 0;
  for (std::size_t i = 1; i < set.elements.size(); ++i) {
    count += set.elements[i].flags == 0 && set.elements[i - 1].flags == 0 ? 1U : 0U;
  }
  return count;
}

std::string next_name(const Table& table, std::string_view stem) {
  for (int number = 0;; ++number) {
    auto name = fmt::format("{}{}", stem, number);
    if (find_set(table, name) == nullptr) return name;
  }
}

// RETURNS: the name.
std::string add_anonymous(Table& table, Set set) {
  set.flags |= kSetAnonymous | kSetConstant;
  set.size = static_cast<std::uint32_t>(set.elements.size() + omitted_ends(set));
  table.sets.push_back(std::move(set));
  return table.sets.back().name;
}

}  // namespace

Set make_set(std::string name, const Selector& by, std::vector<Interval> values) {
  std::vector<Entry> entries;
  for (auto& value : values) entries.push_back({.key = std::move(value)});
  return make(std::move(name), by, std::move(entries));
}

Set make_verdict_map(std::string name, const Selector& by, std::vector<VerdictFor> values) {
  std::vector<Entry> entries;
  for (auto& value : values) {
    entries.push_back({.key = std::move(value.key), .data = std::move(value.verdict)});
  }
  auto map = make(std::move(name), by, std::move(entries));
  map.flags |= kSetMap;
  map.data_type = kTypeVerdict;
  note(map.userdata, kNoteDataByteOrder, NotedOrder::None);
  return map;
}

Statement one_of(Table& table, const Selector& by, std::vector<Interval> values, Match match) {
  auto set = make_set(next_name(table, "__set"), by, std::move(values));
  return in(by, add_anonymous(table, std::move(set)), match);
}

Statement vmap(Table& table, const Selector& by, std::vector<VerdictFor> values) {
  auto map = make_verdict_map(next_name(table, "__map"), by, std::move(values));
  return vmap(by, add_anonymous(table, std::move(map)));
}

}  // namespace topoproof::firewall
