// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/junit.hh"

#include <pugixml.hpp>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.hh"
#include "report/facts.hh"

namespace topoproof::report {
namespace {

using pugi::xml_node;
using scenario::CheckResult;
using scenario::Counts;
using scenario::Outcome;
using scenario::ScenarioResult;

void set(xml_node node, const char* name, std::string_view text) {
  node.append_attribute(name).set_value(printable(text).c_str());
}

void set(xml_node node, const char* name, std::size_t number) {
  node.append_attribute(name).set_value(number);
}

// What the elements of a suite amount to.
struct Sums {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  void add(const ScenarioResult& scenario, bool strict) {
    const Counts counts = count(scenario);
    const std::size_t cut_short = is_cut_short(scenario) ? 1 : 0;
    tests += counts.total() + cut_short;
    failures += counts.failed + counts.diverged +
                (strict ? counts.skipped + counts.without_prediction() : 0);
    errors += counts.errors + cut_short;
    skipped += strict ? 0 : counts.skipped + counts.unknown;
  }
};

void set_sums(xml_node node, const Sums& sums) {
  set(node, "tests", sums.tests);
  set(node, "failures", sums.failures);
  set(node, "errors", sums.errors);
  set(node, "skipped", sums.skipped);
}

void set_time(xml_node node, std::chrono::nanoseconds time) {
  set(node, "time", fmt::format("{:.6f}", std::chrono::duration<double>(time).count()));
}

void add_reason(xml_node testcase, const CheckResult& check, const char* element) {
  xml_node reason = testcase.append_child(element);
  set(reason, "type", to_string(check.outcome));
  set(reason, "message", fmt::format("expected {}, observed {}", check.expected, check.observed));
  reason.append_child(pugi::node_pcdata).set_value(("\n" + facts_text(check, "")).c_str());
}

void add_skip(xml_node testcase, const CheckResult& check, bool strict) {
  xml_node skip = testcase.append_child(strict ? "failure" : "skipped");
  if (strict) set(skip, "type", to_string(check.outcome));
  set(skip, "message", check.observed);
}

// The kernel passed it; the simulator says nothing, and that is to be a failure.
void add_unforetold(xml_node testcase, const CheckResult& check) {
  xml_node failure = testcase.append_child("failure");
  set(failure, "type", to_string(Outcome::Unknown));
  set(failure, "message", check.unknown);
}

void add_outcome(xml_node testcase, const CheckResult& check, bool strict) {
  switch (check.outcome) {
    case Outcome::Passed:
      if (strict && !check.unknown.empty()) add_unforetold(testcase, check);
      break;
    case Outcome::Failed:
    case Outcome::Diverged:
      add_reason(testcase, check, "failure");
      break;
    case Outcome::Error:
      add_reason(testcase, check, "error");
      break;
    case Outcome::Skipped:
    case Outcome::Unknown:
      add_skip(testcase, check, strict);
      break;
  }
}

xml_node add_testcase(xml_node suite, const ScenarioResult& scenario, std::string_view name) {
  xml_node testcase = suite.append_child("testcase");
  set(testcase, "classname", scenario.name);
  set(testcase, "name", name);
  return testcase;
}

void add_check(xml_node suite, const ScenarioResult& scenario, const CheckResult& check,
               bool strict) {
  xml_node testcase = add_testcase(suite, scenario, check.name);
  if (!check.where.file.empty()) set(testcase, "file", check.where.file);
  if (check.where.line > 0) set(testcase, "line", static_cast<std::size_t>(check.where.line));
  set_time(testcase, check.duration);
  add_outcome(testcase, check, strict);
}

void add_obstacle(xml_node suite, const ScenarioResult& scenario) {
  xml_node error = add_testcase(suite, scenario, "(scenario)").append_child("error");
  set(error, "type", scenario.error.empty() || scenario.input_is_wrong ? "input" : "error");
  set(error, "message", "could not be run");
  error.append_child(pugi::node_pcdata).set_value(("\n" + obstacle(scenario)).c_str());
}

void add_interruption(xml_node suite, const ScenarioResult& scenario) {
  xml_node error = add_testcase(suite, scenario, "(scenario)").append_child("error");
  set(error, "type", "interrupted");
  set(error, "message", "interrupted: not all of its checks were decided");
}

void add_suite(xml_node root, const ScenarioResult& scenario, bool strict) {
  Sums sums;
  sums.add(scenario, strict);
  xml_node suite = root.append_child("testsuite");
  set(suite, "name", scenario.name);
  set(suite, "file", scenario.file);
  set_sums(suite, sums);
  set_time(suite, total_time(scenario));
  if (could_not_run(scenario)) add_obstacle(suite, scenario);
  if (is_cut_short(scenario)) add_interruption(suite, scenario);
  for (const CheckResult& check : scenario.checks) add_check(suite, scenario, check, strict);
}

}  // namespace

std::string to_junit(const scenario::RunResult& run, bool strict) {
  Sums sums;
  for (const ScenarioResult& scenario : run.scenarios) sums.add(scenario, strict);
  pugi::xml_document document;
  xml_node root = document.append_child("testsuites");
  set(root, "name", "topoproof");
  set_sums(root, sums);
  for (const ScenarioResult& scenario : run.scenarios) add_suite(root, scenario, strict);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return std::move(out).str();
}

}  // namespace topoproof::report
