// SPDX-License-Identifier: GPL-2.0-or-later
// From nodes to typed values. A value reader is any of
//   std::expected<T, Issue> parse(std::string_view)        such as IpAddress::parse, parse_duration
//   std::optional<T> read(const Node&, Issues&)            which reports by itself, at the place
// and both kinds go wherever one is asked for: fields.optional("via", IpAddress::parse, via),
// list_of(integer(1, 4094)), list_of(read_route). Nothing is returned without an issue.
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/issue.hh"
#include "document/node.hh"

namespace topoproof::document {

template <class F>
concept NodeReader = std::invocable<const F&, const Node&, Issues&>;
template <class F>
concept TextParser = !NodeReader<F> && std::invocable<const F&, std::string_view>;

// "expected a list, found a mapping", at the node; after it a hint where one helps.
void report_unexpected(const Node& node, std::string_view expected, Issues& issues);

// The content of a node of the right kind; otherwise an issue, and nothing to iterate over.
// Valid as long as the node. An empty value (`routes:`) is not a list; it is an empty mapping.
std::span<const Node> items_of(const Node& node, Issues& issues);
std::span<const Entry> entries_of(const Node& node, Issues& issues);

std::optional<std::string> read_string(const Node& node, Issues& issues);  // not empty
std::optional<bool> read_bool(const Node& node, Issues& issues);           // true or false only
std::optional<std::int64_t> read_integer(const Node& node, std::int64_t least, std::int64_t most,
                                         Issues& issues);  // decimal

template <class F>
  requires NodeReader<F> || TextParser<F>
auto read_value(const Node& node, Issues& issues, const F& read) {
  if constexpr (NodeReader<F>) {
    return read(node, issues);
  } else {
    using T = typename std::invoke_result_t<const F&, std::string_view>::value_type;
    const auto text = read_string(node, issues);
    if (!text) return std::optional<T>();
    auto value = read(std::string_view(*text));
    if (value) return std::optional<T>(*std::move(value));
    issues.push_back(make_issue(node.where(), std::move(value.error().text)));
    return std::optional<T>();
  }
}

template <class F>
using ReadType = typename decltype(read_value(std::declval<Node>(), std::declval<Issues&>(),
                                              std::declval<F>()))::value_type;

// A reader of integers: integer<std::uint16_t>(1, 65535).
template <std::integral T = int>
auto integer(T least, T most) {
  return [=](const Node& node, Issues& issues) -> std::optional<T> {
    const auto value = read_integer(node, static_cast<std::int64_t>(least),
                                    static_cast<std::int64_t>(most), issues);
    return value ? std::optional<T>(static_cast<T>(*value)) : std::nullopt;
  };
}

// A reader of one of some words: choice<Mode>({{"strict", Mode::Strict}, {"loose", Mode::Loose}}).
void report_choice(const Node& node, std::span<const std::string_view> known, Issues& issues);
template <class T>
auto choice(std::vector<std::pair<std::string_view, T>> words) {
  return [words = std::move(words)](const Node& node, Issues& issues) -> std::optional<T> {
    std::vector<std::string_view> known;
    for (const auto& [word, value] : words) {
      if (node.is_scalar() && node.text() == word) return value;
      known.push_back(word);
    }
    report_choice(node, known, issues);
    return std::nullopt;
  };
}

// A reader of lists. One bad item and there is no value, but all items are looked at, up to a
// hundred issues.
template <class F>
auto list_of(F read) {
  return [read = std::move(read)](const Node& node,
                                  Issues& issues) -> std::optional<std::vector<ReadType<F>>> {
    constexpr std::size_t kMostIssues = 100;
    const std::size_t before = issues.size();
    std::vector<ReadType<F>> values;
    for (const Node& item : items_of(node, issues)) {
      if (auto value = read_value(item, issues, read)) values.push_back(*std::move(value));
      if (issues.size() - before >= kMostIssues) break;
    }
    if (issues.size() != before) return std::nullopt;
    return values;
  };
}

// The same, and `ipv4: 10.0.0.1/24` means a list of that one.
template <class F>
auto one_or_list_of(F read) {
  return [read = std::move(read)](const Node& node,
                                  Issues& issues) -> std::optional<std::vector<ReadType<F>>> {
    if (node.is_sequence()) return list_of(read)(node, issues);
    auto value = read_value(node, issues, read);
    if (!value) return std::nullopt;
    return std::vector<ReadType<F>>{*std::move(value)};
  };
}

}  // namespace topoproof::document
