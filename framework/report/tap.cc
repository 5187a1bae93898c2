// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/tap.hh"

#include <string_view>

#include <fmt/format.h>

#include "base/printable.hh"
#include "report/facts.hh"

namespace topoproof::report {
namespace {

using scenario::CheckResult;
using scenario::Outcome;
using scenario::ScenarioResult;

// In a description, '#' would begin a directive.
std::string description(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string yaml_line(std::string_view key, std::string_view text) {
  return fmt::format("  {}: {}\n", key, in_quotes(text));
}

std::string yaml_list(std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return "";
  std::string out = fmt::format("  {}:\n", key);
  for (const std::string& text : texts) out += fmt::format("    - {}\n", in_quotes(text));
  return out;
}

std::string diagnosis(const CheckResult& check) {
  return "  ---\n" + yaml_line("outcome", to_string(check.outcome)) +
         yaml_line("at", to_string(check.where)) + yaml_line("expected", check.expected) +
         yaml_line("observed", check.observed) +
         (check.unknown.empty() ? "" : yaml_line("unknown", check.unknown)) +
         yaml_list("why", check.why) + yaml_list("change", check.change) +
         yaml_list("way", check.hops) + yaml_list("notes", check.notes) +
         yaml_line("capture", check.pcap) + yaml_line("repeat", check.reproduce) + "  ...\n";
}

class Points {
 public:
  explicit Points(bool strict) : strict_(strict) {}

  void add(const ScenarioResult& scenario) {
    if (could_not_run(scenario)) add_obstacle(scenario);
    if (is_cut_short(scenario)) {
      add_point(false, scenario.name, "interrupted: not all of its checks were decided");
      points_ += "\n";
    }
    for (const CheckResult& check : scenario.checks) add(scenario, check);
  }
  std::string text() const { return fmt::format("TAP version 14\n1..{}\n{}", number_, points_); }

 private:
  void add(const ScenarioResult& scenario, const CheckResult& check) {
    const bool undecided = check.outcome == Outcome::Skipped || check.outcome == Outcome::Unknown;
    const bool is_skip = undecided && !strict_;
    const bool unforetold = strict_ && !check.unknown.empty();
    const bool is_ok = (check.outcome == Outcome::Passed && !unforetold) || is_skip;
    add_point(is_ok, scenario.name, check.name);
    if (is_skip) points_ += " # SKIP " + description(check.observed);
    points_ += is_ok ? "\n" : "\n" + diagnosis(check);
  }
  void add_obstacle(const ScenarioResult& scenario) {
    add_point(false, scenario.name, "could not be run");
    points_ += "\n  ---\n" + yaml_line("outcome", to_string(Outcome::Error)) +
               yaml_line("at", scenario.file) + yaml_line("observed", obstacle(scenario)) +
               "  ...\n";
  }
  void add_point(bool is_ok, std::string_view scenario, std::string_view name) {
    points_ += fmt::format("{} {} - {}: {}", is_ok ? "ok" : "not ok", ++number_,
                           description(scenario), description(name));
  }

  bool strict_;
  std::size_t number_ = 0;
  std::string points_;
};

}  // namespace

std::string to_tap(const scenario::RunResult& run, bool strict) {
  Points points(strict);
  for (const ScenarioResult& scenario : run.scenarios) points.add(scenario);
  return points.text() + (run.interrupted ? "Bail out! interrupted\n" : "");
}

}  // namespace topoproof::report
