// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/markdown.hh"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.hh"
#include "report/facts.hh"

namespace topoproof::report {
namespace {

using scenario::CheckResult;
using scenario::Counts;
using scenario::Outcome;
using scenario::ScenarioResult;

// GitHub takes 65,536 characters; the rest is for the table and the sentences.
constexpr std::size_t kRoomForDetails = 50'000;

// As it stands, in a sentence, a table's cell or an HTML element.
std::string plain(std::string_view text) {
  static constexpr std::string_view kSpecial = "\\`*_{}[]<>()#+-!|&~@";
  std::string out;
  for (const char c : printable(text)) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("&#{};", static_cast<int>(c));
      continue;
    }
    if (kSpecial.contains(c)) out += '\\';
    out += c;
  }
  return out;
}

// In an HTML element, where Markdown's own marks mean nothing.
std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

bool is_bad(const CheckResult& check, bool strict) {
  const bool undecided = check.outcome == Outcome::Skipped || check.outcome == Outcome::Unknown;
  if (undecided) return strict;
  return check.outcome != Outcome::Passed || (strict && !check.unknown.empty());
}

bool is_good(const ScenarioResult& scenario, bool strict) {
  if (could_not_run(scenario) || is_cut_short(scenario)) return false;
  return std::ranges::none_of(scenario.checks,
                              [&](const CheckResult& check) { return is_bad(check, strict); });
}

std::string heading(const scenario::RunResult& run, bool strict) {
  const Counts counts = count(run);
  std::string text = fmt::format("### topoproof: {} passed, {} failed, {} skipped", counts.passed,
                                 counts.failed, counts.skipped);
  text += diverged_text(counts);
  if (counts.errors > 0) text += ", " + counted(counts.errors, "error");
  if (run.interrupted) text += ", interrupted";
  if (strict) text += " (strict)";
  return text + "\n\n";
}

std::string row(const ScenarioResult& scenario, bool strict) {
  const Counts counts = count(scenario);
  return fmt::format("| {} | {} | {} | {} | {} |\n", is_good(scenario, strict) ? "✅" : "❌",
                     plain(scenario.name), counts.passed, counts.total() - counts.passed,
                     short_duration(total_time(scenario)));
}

std::string details(const ScenarioResult& scenario, const CheckResult& check) {
  return fmt::format(
      "<details><summary>{}: {}: <b>{}</b> ({})</summary>\n<pre>\n{}</pre>\n</details>\n\n",
      html_text(printable(scenario.name)), html_text(printable(check.name)),
      to_string(check.outcome), html_text(printable(to_string(check.where))),
      html_text(facts_text(check, "")));
}

std::string details_of_obstacle(const ScenarioResult& scenario) {
  return fmt::format(
      "<details><summary>{}: could not be run</summary>\n<pre>\n{}</pre>\n"
      "</details>\n\n",
      html_text(printable(scenario.name)), html_text(obstacle(scenario)));
}

class Details {
 public:
  void add(const std::string& text) {
    if (text_.size() + text.size() > kRoomForDetails) {
      ++left_out_;
    } else {
      text_ += text;
    }
  }
  std::string text() const {
    if (left_out_ == 0) return text_;
    return text_ + fmt::format("{} more not shown here.\n", left_out_);
  }

 private:
  std::string text_;
  std::size_t left_out_ = 0;
};

}  // namespace

std::string to_markdown(const scenario::RunResult& run, bool strict) {
  std::string table = "| | scenario | passed | other | time |\n|---|---|--:|--:|--:|\n";
  Details details_text;
  std::size_t rows = 0;
  for (const ScenarioResult& scenario : run.scenarios) {
    if (++rows <= 100) table += row(scenario, strict);
    if (could_not_run(scenario)) details_text.add(details_of_obstacle(scenario));
    for (const CheckResult& check : scenario.checks) {
      if (is_bad(check, strict)) details_text.add(details(scenario, check));
    }
  }
  if (rows > 100) table += fmt::format("| | and {} more | | | |\n", rows - 100);
  return heading(run, strict) + table + "\n" + details_text.text();
}

}  // namespace topoproof::report
