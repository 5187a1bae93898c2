// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/junit.hh"

#include <pugixml.hpp>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "report/facts.hh"
#include "report/printable.hh"

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

void set_counts(xml_node node, const Counts& counts) {
  set(node, "tests", counts.total());
  set(node, "failures", counts.failed + counts.diverged);
  set(node, "errors", counts.errors);
  set(node, "skipped", counts.skipped);
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

void add_outcome(xml_node testcase, const CheckResult& check) {
  switch (check.outcome) {
    case Outcome::Passed:
      break;
    case Outcome::Failed:
    case Outcome::Diverged:
      add_reason(testcase, check, "failure");
      break;
    case Outcome::Error:
      add_reason(testcase, check, "error");
      break;
    case Outcome::Skipped:
      set(testcase.append_child("skipped"), "message", check.observed);
      break;
  }
}

xml_node add_testcase(xml_node suite, const ScenarioResult& scenario, std::string_view name) {
  xml_node testcase = suite.append_child("testcase");
  set(testcase, "classname", scenario.name);
  set(testcase, "name", name);
  return testcase;
}

void add_check(xml_node suite, const ScenarioResult& scenario, const CheckResult& check) {
  xml_node testcase = add_testcase(suite, scenario, check.name);
  if (!check.where.file.empty()) set(testcase, "file", check.where.file);
  if (check.where.line > 0) set(testcase, "line", static_cast<std::size_t>(check.where.line));
  set_time(testcase, check.duration);
  add_outcome(testcase, check);
}

void add_obstacle(xml_node suite, const ScenarioResult& scenario) {
  xml_node error = add_testcase(suite, scenario, "(scenario)").append_child("error");
  set(error, "type", scenario.error.empty() ? "input" : "error");
  set(error, "message", "could not be run");
  error.append_child(pugi::node_pcdata).set_value(("\n" + obstacle(scenario)).c_str());
}

void add_suite(xml_node root, const ScenarioResult& scenario) {
  xml_node suite = root.append_child("testsuite");
  set(suite, "name", scenario.name);
  set(suite, "file", scenario.file);
  set_counts(suite, count(scenario));
  set_time(suite, total_time(scenario));
  if (could_not_run(scenario)) add_obstacle(suite, scenario);
  for (const CheckResult& check : scenario.checks) add_check(suite, scenario, check);
}

}  // namespace

std::string to_junit(const scenario::RunResult& run) {
  pugi::xml_document document;
  xml_node root = document.append_child("testsuites");
  set(root, "name", "topoproof");
  set_counts(root, count(run));
  for (const ScenarioResult& scenario : run.scenarios) add_suite(root, scenario);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return std::move(out).str();
}

}  // namespace topoproof::report
