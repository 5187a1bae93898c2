// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/iptables.hh"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <ranges>
#include <string_view>

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
    if (issues_.empty()) add_issue(std::nullopt, std::string(without_program(output)));
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
    if (line) where.line = *line + std::max(source_.where.line, 1) - 1;
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

std::expected<std::string, Issues> run(const Source& source,
                                       const std::vector<std::string>& arguments,
                                       const sys::Netns* netns, const std::string& input) {
  try {
    const auto result = sys::run_process(arguments, netns, input);
    if (result.exit_status == 0) return result.output;
    return std::unexpected(Refusals(source).parse(result.output));
  } catch (const sys::SystemError& error) {
    if (error.error() != ENOENT) throw;
    return std::unexpected(Issues{make_issue(
        {.file = source.where.file},
        fmt::format("{} is needed for rules of iptables, and not installed (Debian: apt install "
                    "iptables)",
                    arguments.front()))});
  }
}

}  // namespace

Issues load_iptables(const sys::Netns& netns, const Source& source) {
  const auto done = run(source, {program(source, "nft-restore")}, &netns, ended(source.text));
  return done ? Issues{} : done.error();
}

std::expected<std::string, Issues> translate_iptables(const Source& source) {
  // It opens what it reads by name, and our channel to it has none.
  const sys::TempDir folder;
  const auto file = folder.path() / "rules";
  std::ofstream(file) << ended(source.text);
  return run(source, {program(source, "restore-translate"), "-f", file}, nullptr, {});
}

}  // namespace topoproof::rules
