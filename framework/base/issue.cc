// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/issue.hh"

#include <algorithm>

#include <fmt/format.h>

namespace topoproof {

std::string to_string(const Location& where) {
  if (where.line == 0) return where.file;
  const std::string place = where.column == 0 ? fmt::format("{}", where.line)
                                              : fmt::format("{}:{}", where.line, where.column);
  return where.file.empty() ? place : where.file + ":" + place;
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return "?";
}

bool has_errors(const Issues& issues) {
  return std::ranges::any_of(issues, [](const Issue& i) { return i.severity == Severity::Error; });
}

std::string to_string(const Issue& issue) {
  const std::string place = to_string(issue.where);
  return fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", to_string(issue.severity),
                     issue.text);
}

std::string to_string(const Issues& issues) {
  std::string out;
  for (const Issue& issue : issues) out += to_string(issue) + "\n";
  return out;
}

}  // namespace topoproof
