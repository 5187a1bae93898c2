// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/syntax.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

namespace topoproof::document {
namespace {

constexpr std::string_view kAddressCharacters = "0123456789abcdefABCDEF:.";

std::string_view source_line(std::string_view text, int line) {
  for (; line > 1; --line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

char character_at(std::string_view text, const Location& at) {
  const std::string_view line = source_line(text, at.line);
  const auto index = static_cast<std::size_t>(std::max(at.column - 1, 0));
  return index < line.size() ? line[index] : '\0';
}

std::string place_of(const Location& at) { return fmt::format("{}:{}", at.line, at.column); }

// A row applies if libyaml's problem starts with `problem`. "{}" becomes the place of the context.
struct Rewording {
  std::string_view problem;
  std::string_view text;
};
constexpr std::array<Rewording, 17> kRewordings{{
    {"did not find expected key", "this does not continue the mapping that starts at {}"},
    {"did not find expected ',' or ']'", "expected ',' or ']' in the list that starts at {}"},
    {"did not find expected ',' or '}'", "expected ',' or '}}' in the mapping that starts at {}"},
    {"did not find expected node content", "expected a value"},
    {"did not find expected '-' indicator", "this does not continue the list that starts at {}"},
    {"did not find expected <document start>",
     "this stands outside of what came before it; check the indentation"},
    {"could not find expected ':'", "expected ': ' after this key"},
    {"found unexpected ':'", "unexpected ':' in a value without quotes"},
    {"mapping values are not allowed",
     "unexpected ': '; quote the value, or check the indentation"},
    {"block sequence entries are not allowed", "unexpected '- '; start the list on its own line"},
    {"found unknown escape character",
     "unknown escape after '\\'; in single quotes '\\' is an ordinary character"},
    {"found a tab character", "a tab cannot indent; use spaces"},
    {"found unexpected end of stream", "this quote is never closed"},
    {"found unexpected document indicator", "this quote is never closed"},
    {"control characters are not allowed", "control characters are not allowed"},
    {"found undefined tag handle",
     "tags ('!...') are not supported; quote text that starts with '!'"},
    {"did not find expected alphabetic or numeric character",
     "'*' and '&' name an anchor; quote the text, or write 'any'"},
}};

std::string refuse_start(char c) {
  if (c == '\t') return "a tab cannot indent; use spaces";
  return fmt::format("a value cannot start with '{}'; quote it", c);
}

bool is_encoding_problem(std::string_view problem) {
  constexpr std::array<std::string_view, 5> kWords{"UTF-8", "octet", "length of a UTF", "Unicode",
                                                   "surrogate"};
  return std::ranges::any_of(kWords, [&](auto word) { return problem.contains(word); });
}

std::string sentence_for(const SyntaxError& error, std::string_view text) {
  if (error.problem == "found character that cannot start any token") {
    return refuse_start(character_at(text, error.at));
  }
  if (is_encoding_problem(error.problem)) return "this is not UTF-8 text";
  for (const auto& [problem, sentence] : kRewordings) {
    if (!error.problem.starts_with(problem)) continue;
    const Location& start = error.context_at.line == 0 ? error.at : error.context_at;
    return fmt::format(fmt::runtime(sentence), place_of(start));
  }
  return fmt::format("{}{}{}", error.context, error.context.empty() ? "" : ": ", error.problem);
}

// What is broken is where the construct starts: libyaml notices it at the end of the file.
bool is_about_start(const SyntaxError& error) {
  return error.problem == "could not find expected ':'" ||
         (error.context.contains("quoted scalar") && error.problem.contains("unexpected"));
}

// Drops from the front a quoted text, or one character. RETURNS its length.
std::size_t skip_one(std::string_view rest) {
  const char c = rest.front();
  if (c != '"' && c != '\'') return 1;
  const auto end = rest.find(c, 1);
  return end == std::string_view::npos ? 1 : end + 1;
}

}  // namespace

bool looks_like_ipv6(std::string_view text) {
  text = text.substr(0, text.find('/'));
  if (text.find_first_not_of(kAddressCharacters) != std::string_view::npos) return false;
  return text.contains("::") || std::ranges::count(text, ':') >= 7;
}

std::string ipv6_hint(std::string_view line, int column) {
  const std::size_t last = column == 0 ? line.size() : static_cast<std::size_t>(column);
  std::string_view found;
  for (std::size_t at = 0; at < std::min(last, line.size());) {
    const std::string_view rest = line.substr(at);
    const std::string_view run = rest.substr(0, rest.find_first_not_of(kAddressCharacters));
    if (looks_like_ipv6(run) && run.size() > 1) found = run;
    at += run.empty() ? skip_one(rest) : run.size();
  }
  return found.empty() ? std::string() : fmt::format("; quote the IPv6 address: \"{}\"", found);
}

Issue explain_syntax(const SyntaxError& error, std::string_view text) {
  const Location& place = is_about_start(error) ? error.context_at : error.at;
  std::string hint = ipv6_hint(source_line(text, error.at.line), error.at.column);
  if (hint.empty() && error.context_at.line != 0 && error.context_at.line != error.at.line) {
    // "[fd00::2]:80" may be missed only on the next line: look where the construct starts.
    hint = ipv6_hint(source_line(text, error.context_at.line), 0);
  }
  return make_issue(place, sentence_for(error, text) + hint);
}

}  // namespace topoproof::document
