// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/counters.hh"

#include <charconv>
#include <optional>
#include <sstream>

namespace topoproof::state {
namespace {

std::optional<std::int64_t> parse_number(const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

Issue counter_issue(const std::string& line) {
  return make_issue("not a line of counters: '" + line + "'");
}

// "Ip: Forwarding InReceives" and "Ip: 1 571": the same first word, as many others.
bool add_pair(const std::string& names, const std::string& numbers, Counters& out) {
  std::istringstream left(names);
  std::istringstream right(numbers);
  std::string group;
  std::string other;
  if (!(left >> group) || !(right >> other) || group != other || group.back() != ':') return false;
  group.back() = '.';
  std::string name;
  std::string number;
  while (left >> name) {
    if (!(right >> number)) return false;
    const auto value = parse_number(number);
    if (!value) return false;
    out[group + name] = *value;
  }
  return !(right >> number);
}

}  // namespace

std::expected<Counters, Issue> parse_counter_table(std::string_view text) {
  Counters counters;
  std::istringstream lines{std::string(text)};
  std::string names;
  std::string numbers;
  while (std::getline(lines, names)) {
    if (!std::getline(lines, numbers) || !add_pair(names, numbers, counters)) {
      return std::unexpected(counter_issue(names));
    }
  }
  return counters;
}

std::expected<Counters, Issue> parse_counter_list(std::string_view text) {
  Counters counters;
  std::istringstream lines{std::string(text)};
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string name;
    std::string number;
    if (!(words >> name >> number)) return std::unexpected(counter_issue(line));
    const auto value = parse_number(number);
    if (!value) return std::unexpected(counter_issue(line));
    counters[name] = *value;
  }
  return counters;
}

Counters growth(const Counters& before, const Counters& after) {
  Counters grown;
  for (const auto& [name, value] : after) {
    const auto at = before.find(name);
    const std::int64_t old = at == before.end() ? 0 : at->second;
    if (value > old) grown[name] = value - old;
  }
  return grown;
}

}  // namespace topoproof::state
