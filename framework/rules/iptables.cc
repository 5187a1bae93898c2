// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/iptables.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <ranges>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/process.hh"

namespace topoproof::rules {
namespace {

std::string program(const Source& source, std::string_view what) {
  return fmt::format("{}-{}", source.language == Language::Ip6tables ? "ip6tables" : "iptables",
                     what);
}

std::optional<int> number_after(std::string_view line, std::string_view words) {
  const auto at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  const auto digits = line.substr(at + words.size());
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end != digits.data() ? std::optional(number) : std::nullopt;
}

// "iptables-nft-restore v1.8.9 (nf_tables): unknown option" without what is before the colon.
std::string_view without_program(std::string_view line) {
  const auto colon = line.find("): ");
  return line.starts_with("ip") && colon != std::string_view::npos ? line.substr(colon + 3) : line;
}

// Two forms: a line "line 45: RULE_APPEND failed (Invalid argument): rule in chain INPUT" for what
// the kernel refuses, and a sentence, then "Error occurred at line: 44", for what iptables does.
class Refusals {
 public:
  explicit Refusals(const Source& source) : source_(source) {}

  Issues parse(std::string_view output) {
    for (const auto part : output | std::views::split('\n'))
      add(std::string_view(part.begin(), part.end()));
    return std::move(issues_);
  }

 private:
  void add(std::string_view line) {
    if (const auto number = number_after(line, "Error occurred at line: "))
      return add_issue(number, sentence_);
    if (const auto number = number_after(line, "line ")) {
      const auto colon = line.find(": ");
      return add_issue(number, colon == std::string_view::npos
                                   ? sentence_.empty() ? std::string(line) : sentence_
                                   : std::string(line.substr(colon + 2)));
    }
    const auto said = without_program(line);
    if (!said.empty() && !said.starts_with("Try `")) sentence_ = said;
  }

  void add_issue(std::optional<int> line, std::string text) {
    Location where{.file = source_.where.file};
    if (line) where.line = source_.line_of(*line);
    while (text.ends_with('\n') || text.ends_with('.')) text.pop_back();
    issues_.push_back(make_issue(where, "iptables: " + text));
  }

  const Source& source_;
  std::string sentence_;
  Issues issues_;
};

std::string ended(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

// Of a program that named no line: what it said, or that it said nothing.
std::string ending_of(const sys::ProcessResult& result) {
  const auto said = result.output + result.errors;
  const auto end = said.find_last_not_of(" \n.");
  const std::string text(without_program(said).substr(0, end == std::string::npos ? 0 : end + 1));
  if (!text.empty()) return "iptables: " + text;
  if (result.exit_status > 128)
    return fmt::format("iptables was ended by signal {}", result.exit_status - 128);
  return fmt::format("iptables failed with status {}, and said nothing", result.exit_status);
}

// iptables takes the CR for a part of the line's last word.
std::optional<Issue> find_foreign(const Source& source) {
  if (auto mark = find_byte_order_mark(source)) return mark;
  return find_cr(source);
}

std::expected<std::string, Issues> run(const Source& source,
                                       const std::vector<std::string>& arguments,
                                       const sys::Netns* netns, const std::string& input) {
  try {
    auto result = sys::run_process(arguments, netns, input, sys::Stderr::Apart);
    if (result.exit_status == 0) return std::move(result.output);
    auto issues = Refusals(source).parse(result.output + result.errors);
    if (issues.empty())
      issues.push_back(make_issue({.file = source.where.file}, ending_of(result)));
    return std::unexpected(std::move(issues));
  } catch (const sys::SystemError& error) {
    if (error.error() != ENOENT) throw;
    return std::unexpected(Issues{make_issue(
        {.file = source.where.file},
        fmt::format("{} is needed for rules of iptables, and not installed (Debian: apt install "
                    "iptables)",
                    arguments.front()))});
  }
}

// "-A" of "-A INPUT ...", which may have its counters before it.
std::string_view first_word(std::string_view line) {
  const auto at = line.starts_with('[') ? line.find("] ") : std::string_view::npos;
  if (at != std::string_view::npos) line.remove_prefix(at + 2);
  return line.substr(0, line.find(' '));
}

bool is_rule(std::string_view line) {
  static constexpr std::array<std::string_view, 4> kInsertions{"-A", "--append", "-I", "--insert"};
  return std::ranges::find(kInsertions, first_word(line)) != kInsertions.end();
}

// iptables-restore-translate crashes on it (1.8.9).
std::optional<Issue> find_replace(const Source& source) {
  int number = 0;
  for (const auto line : lines_of(source.text)) {
    ++number;
    const auto option = first_word(line);
    if (option != "-R" && option != "--replace") continue;
    return make_issue({.file = source.where.file, .line = source.line_of(number)},
                      "iptables cannot translate a rule that replaces another");
  }
  return std::nullopt;
}

// Where the rules of a dump stand. Each becomes one line of the translation, in the same order.
std::vector<int> rule_lines_of(const Source& source) {
  std::vector<int> numbers;
  int number = 0;
  for (const auto line : lines_of(source.text)) {
    ++number;
    if (is_rule(line)) numbers.push_back(source.line_of(number));
  }
  return numbers;
}

// "# -t filter -A INPUT ..." is a rule that has no words in nft.
Issues find_untranslated(std::string_view text, const Source& source) {
  Issues lost;
  std::vector<std::size_t> indexes;
  std::size_t index = 0;
  for (const auto line : lines_of(text)) {
    const bool is_lost = line.starts_with("# -t ");
    if (!is_lost && !line.starts_with("add rule ") && !line.starts_with("insert rule ")) continue;
    if (is_lost) {
      const auto said = line.substr(2, line.find_last_not_of(' ') - 1);
      lost.push_back(make_issue({.file = source.where.file},
                                fmt::format("nft has no words for this rule: {}", said)));
      indexes.push_back(index);
    }
    ++index;
  }
  const auto numbers = rule_lines_of(source);
  if (numbers.size() != index) return lost;  // better no line than a wrong one
  for (std::size_t i = 0; i < lost.size(); ++i) lost[i].where.line = numbers[indexes[i]];
  return lost;
}

}  // namespace

Issues load_iptables(const sys::Netns& netns, const Source& source) {
  if (auto issue = find_foreign(source)) return {*std::move(issue)};
  const auto done = run(source, {program(source, "nft-restore")}, &netns, ended(source.text));
  return done ? Issues{} : done.error();
}

std::expected<Translation, Issues> translate_iptables(const Source& source) {
  if (auto issue = find_foreign(source)) return std::unexpected(Issues{*std::move(issue)});
  if (auto issue = find_replace(source)) return std::unexpected(Issues{*std::move(issue)});
  // It opens what it reads by name, and our channel to it has none.
  const sys::TempDir folder;
  const auto file = folder.path() / "rules";
  std::ofstream(file) << ended(source.text);
  auto text = run(source, {program(source, "restore-translate"), "-f", file}, nullptr, {});
  if (!text) return std::unexpected(std::move(text.error()));
  Issues lost = find_untranslated(*text, source);
  return Translation{.text = *std::move(text), .lost = std::move(lost)};
}

}  // namespace topoproof::rules
