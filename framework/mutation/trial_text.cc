// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/trial_text.hh"

#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>

#include "base/printable.hh"
#include "report/facts.hh"

namespace topoproof::mutation {
namespace {

constexpr std::array kOrder{Fate::Killed,  Fate::Survived, Fate::Equivalent, Fate::Unknown,
                            Fate::Refused, Fate::Diverged, Fate::NotTried};
constexpr std::string_view kIndent = "            ";
constexpr std::string_view kInterrupted = "interrupted: what was not tried says nothing";

// "12 killed, 1 survived": what there is none of is left out.
std::string counts_text(std::span<const TrialResult> results) {
  std::string text;
  for (const Fate fate : kOrder) {
    std::size_t count = 0;
    for (const TrialResult& result : results) count += result.count(fate);
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(fate));
  }
  return text;
}

std::string indented(const std::string& lines, std::string_view indent) {
  std::istringstream in(lines);
  std::string text;
  for (std::string line; std::getline(in, line);) {
    text += fmt::format("{}{}\n", indent, printable(line));
  }
  return text;
}

std::string survivor_text(const MutantResult& mutant) {
  std::string text;
  if (!mutant.check.empty()) {
    const std::string step =
        mutant.check_step.empty() ? "" : fmt::format(", in the step at {}", mutant.check_step);
    text += fmt::format("{}no check notices; this one would{}:\n", kIndent, printable(step));
    text += indented(mutant.check, "              ");
  } else if (mutant.note.empty()) {
    text += fmt::format("{}no check notices; one of those above would\n", kIndent);
  }
  text += fmt::format("{}{}\n", kIndent, printable(mutant.flow));
  text += fmt::format("{}  now      {}\n", kIndent, printable(mutant.here));
  text += fmt::format("{}  with it  {}\n", kIndent, printable(mutant.there));
  return text;
}

std::string mutant_text(const MutantResult& mutant) {
  std::string text = fmt::format("  {:<9} {}\n", to_string(mutant.fate), printable(mutant.name));
  if (mutant.fate == Fate::Survived) text += survivor_text(mutant);
  for (const std::string& killer : mutant.killers) {
    text += fmt::format("{}by {}\n", kIndent, printable(killer));
  }
  return text + indented(mutant.note, kIndent);
}

bool is_told(const MutantResult& mutant, const TextStyle& style) {
  return style.verbose || mutant.fate == Fate::Survived || mutant.fate == Fate::Unknown ||
         mutant.fate == Fate::Diverged;
}

}  // namespace

std::string to_text(const TrialResult& result, const TextStyle& style) {
  std::string text;
  if (result.mutants.empty() && (result.interrupted || !result.error.empty())) {
    const std::string why(result.error.empty() ? kInterrupted : result.error);
    return fmt::format("{}: no mutants tried ({})\n{}", printable(result.name),
                       printable(result.file), indented(why, "  "));
  }
  text = fmt::format("{}: {}: {} ({})\n", printable(result.name),
                     report::counted(result.mutants.size(), "mutant"), counts_text({&result, 1}),
                     printable(result.file));
  if (result.interrupted) text += indented(std::string(kInterrupted), "  ");
  text += indented(result.error, "  ");
  for (const std::string& world : result.passes) {
    text += fmt::format("  worthless  all checks pass {}\n", world);
  }
  for (const std::string& check : result.worthless) {
    text += fmt::format("  worthless  this check never fails: {}\n", printable(check));
  }
  for (const MutantResult& mutant : result.mutants) {
    if (is_told(mutant, style)) text += mutant_text(mutant);
  }
  return text;
}

std::string summary_text(std::span<const TrialResult> results) {
  std::size_t mutants = 0;
  for (const TrialResult& result : results) mutants += result.mutants.size();
  const bool interrupted = std::ranges::any_of(results, &TrialResult::interrupted);
  const std::string counts = counts_text(results);
  return fmt::format("{}{}, {}{}{}\n", interrupted ? "interrupted: " : "",
                     report::counted(results.size(), "scenario"),
                     report::counted(mutants, "mutant"), counts.empty() ? "" : ": ", counts);
}

}  // namespace topoproof::mutation
