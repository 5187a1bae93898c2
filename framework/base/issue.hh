// SPDX-License-Identifier: GPL-2.0-or-later
// An Issue is what we say about input that is wrong: a place and one sentence for a person.
// It is data, returned and collected, never thrown.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace topoproof {

// Lines and columns count from 1; 0 means "not known". An empty file means "no file".
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
  friend auto operator<=>(const Location&, const Location&) = default;
};

// "file:line:column", leaving out what is not known; empty if nothing is.
std::string to_string(const Location& where);

// A note is of what is in order, and may yet surprise.
enum class Severity { Error, Warning, Note };
std::string_view to_string(Severity severity);

struct Issue {
  Location where;
  std::string text;  // a sentence without a full stop: "address 10.0.0.1/40: ..."
  Severity severity = Severity::Error;
  friend auto operator<=>(const Issue&, const Issue&) = default;
};

using Issues = std::vector<Issue>;

inline Issue make_issue(std::string text) { return Issue{.where = {}, .text = std::move(text)}; }
inline Issue make_issue(Location where, std::string text) {
  return Issue{.where = std::move(where), .text = std::move(text)};
}
inline Issue make_warning(Location where, std::string text) {
  return Issue{std::move(where), std::move(text), Severity::Warning};
}
inline Issue make_note(Location where, std::string text) {
  return Issue{std::move(where), std::move(text), Severity::Note};
}

bool has_errors(const Issues& issues);

// "file:line:column: error: text"
std::string to_string(const Issue& issue);
std::string to_string(const Issues& issues);  // one a line

}  // namespace topoproof
