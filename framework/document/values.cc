// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/values.hh"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.hh"
#include "document/syntax.hh"

namespace topoproof::document {
namespace {

// What an unquoted IPv6 address turns into: [::1] is a list, and `fd00::1/64: x` a mapping.
std::string misread_address(const Node& node) {
  const auto hint = [](std::string_view text) { return ipv6_hint(text, 0); };
  if (node.is_mapping() && !node.entries().empty()) return hint(node.entries().front().key);
  if (!node.is_sequence() || node.items().size() != 1) return {};
  const Node& only = node.items().front();
  return only.is_scalar() && only.is_plain() ? hint(only.text()) : std::string();
}

std::string bool_hint(std::string_view text) {
  constexpr std::array<std::string_view, 5> kYes{"true", "yes", "on", "y", "1"};
  constexpr std::array<std::string_view, 5> kNo{"false", "no", "off", "n", "0"};
  std::string lower(text.substr(0, 6));
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (std::ranges::find(kYes, lower) != kYes.end()) return "; write true";
  if (std::ranges::find(kNo, lower) != kNo.end()) return "; write false";
  return {};
}

}  // namespace

void report_unexpected(const Node& node, std::string_view expected, Issues& issues) {
  issues.push_back(make_issue(node.where(), fmt::format("expected {}, found {}{}", expected,
                                                        describe(node), misread_address(node))));
}

std::span<const Node> items_of(const Node& node, Issues& issues) {
  if (node.is_sequence()) return node.items();
  report_unexpected(node, "a list", issues);
  return {};
}

std::span<const Entry> entries_of(const Node& node, Issues& issues) {
  if (node.is_mapping()) return node.entries();
  if (!node.is_null()) report_unexpected(node, "a mapping", issues);
  return {};
}

std::optional<std::string> read_string(const Node& node, Issues& issues) {
  if (node.is_scalar() && !node.text().empty()) return node.text();
  if (node.is_scalar()) {
    issues.push_back(make_issue(node.where(), "expected a value, found an empty text"));
  } else {
    report_unexpected(node, "a value", issues);
  }
  return std::nullopt;
}

std::optional<bool> read_bool(const Node& node, Issues& issues) {
  if (node.is_scalar() && node.text() == "true") return true;
  if (node.is_scalar() && node.text() == "false") return false;
  report_unexpected(node, "true or false", issues);
  if (node.is_scalar()) issues.back().text += bool_hint(node.text());
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& node, std::int64_t least, std::int64_t most,
                                         Issues& issues) {
  if (node.is_scalar()) {
    const std::string& text = node.text();
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && stop == text.data() + text.size();
    if (whole && value >= least && value <= most) return value;
  }
  const std::string wanted = least == most
                                 ? fmt::format("{}", least)
                                 : fmt::format("a whole number from {} to {}", least, most);
  report_unexpected(node, wanted, issues);
  return std::nullopt;
}

void report_choice(const Node& node, std::span<const std::string_view> known, Issues& issues) {
  report_unexpected(node, fmt::format("one of {}", fmt::join(known, ", ")), issues);
  if (node.is_scalar()) issues.back().text += did_you_mean(node.text(), known);
}

}  // namespace topoproof::document
