// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/facts.hh"

#include <fmt/format.h>

#include "base/printable.hh"

namespace topoproof::report {
namespace {

using scenario::CheckResult;
using scenario::ScenarioResult;

void add(std::vector<Fact>& all, std::string_view label, const std::string& text) {
  if (!text.empty()) all.push_back({label, printable(text)});
}

void add(std::vector<Fact>& all, std::string_view label, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    all.push_back({label, printable(text)});
    label = "";
  }
}

}  // namespace

std::vector<Fact> facts(const CheckResult& check) {
  std::vector<Fact> all;
  add(all, "expected", check.expected);
  add(all, "observed", check.observed);
  add(all, "why", check.why);
  add(all, "change", check.change);
  add(all, "way", check.hops);
  add(all, "note", check.notes);
  add(all, "capture", check.pcap);
  add(all, "repeat", check.reproduce);
  return all;
}

std::string facts_text(const CheckResult& check, std::string_view indent) {
  std::string out;
  for (const Fact& fact : facts(check)) {
    out += fmt::format("{}{:<9} {}\n", indent, fact.label, fact.text);
  }
  return out;
}

std::string short_duration(std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  return fmt::format("{:.2f} s", seconds);
}

std::chrono::nanoseconds total_time(const ScenarioResult& scenario) {
  return scenario.timing.build + scenario.timing.checks + scenario.timing.teardown;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string diverged_text(const scenario::Counts& counts) {
  const std::size_t all = counts.diverged + counts.failed_and_diverged;
  if (all == 0) return "";
  const std::string text = fmt::format(", {} diverged", all);
  if (counts.failed_and_diverged == 0) return text;
  return fmt::format("{} ({} of them failed as well)", text, counts.failed_and_diverged);
}

std::string obstacle(const ScenarioResult& scenario) {
  std::string out;
  for (const Issue& issue : scenario.issues) out += printable(to_string(issue)) + "\n";
  if (!scenario.error.empty()) out += printable_lines("error: " + scenario.error);
  return out;
}

}  // namespace topoproof::report
