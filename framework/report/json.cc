// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json.hh"

#include <nlohmann/json.hpp>

#include "base/printable.hh"

namespace topoproof::report {
namespace {

using nlohmann::ordered_json;
using scenario::CheckResult;
using scenario::Counts;
using scenario::ScenarioResult;

ordered_json json_of(const std::vector<std::string>& texts) {
  ordered_json list = ordered_json::array();
  for (const std::string& text : texts) list.push_back(valid_utf8(text));
  return list;
}

ordered_json json_of(const Counts& counts) {
  return {{"passed", counts.passed},           {"failed", counts.failed},
          {"diverged", counts.diverged},       {"errors", counts.errors},
          {"skipped", counts.skipped},         {"unknown", counts.unknown},
          {"unpredicted", counts.unpredicted}, {"failed_and_diverged", counts.failed_and_diverged}};
}

ordered_json json_of(const Location& where) {
  return {{"file", valid_utf8(where.file)}, {"line", where.line}, {"column", where.column}};
}

ordered_json json_of(const Issues& issues) {
  ordered_json list = ordered_json::array();
  for (const Issue& issue : issues) {
    ordered_json entry = json_of(issue.where);
    entry["severity"] = to_string(issue.severity);
    entry["text"] = valid_utf8(issue.text);
    list.push_back(std::move(entry));
  }
  return list;
}

ordered_json json_of(const CheckResult& check) {
  return {{"name", valid_utf8(check.name)},
          {"where", json_of(check.where)},
          {"outcome", to_string(check.outcome)},
          {"flows", check.flows},
          {"expected", valid_utf8(check.expected)},
          {"observed", valid_utf8(check.observed)},
          {"unpredicted", check.unpredicted},
          {"unknown", valid_utf8(check.unknown)},
          {"why", json_of(check.why)},
          {"change", json_of(check.change)},
          {"hops", json_of(check.hops)},
          {"notes", json_of(check.notes)},
          {"pcap", valid_utf8(check.pcap)},
          {"reproduce", valid_utf8(check.reproduce)},
          {"duration_ns", check.duration.count()}};
}

// But for its checks.
ordered_json json_of(const ScenarioResult& scenario) {
  return {{"name", valid_utf8(scenario.name)},
          {"file", valid_utf8(scenario.file)},
          {"nodes", scenario.nodes},
          {"links", scenario.links},
          {"build_ns", scenario.timing.build.count()},
          {"checks_ns", scenario.timing.checks.count()},
          {"teardown_ns", scenario.timing.teardown.count()},
          {"counts", json_of(count(scenario))},
          {"interrupted", scenario.interrupted},
          {"issues", json_of(scenario.issues)},
          {"error", valid_utf8(scenario.error)}};
}

ordered_json with_checks(const ScenarioResult& scenario) {
  ordered_json checks = ordered_json::array();
  for (const CheckResult& check : scenario.checks) checks.push_back(json_of(check));
  ordered_json document = json_of(scenario);
  document["checks"] = std::move(checks);
  return document;
}

std::string line_of(std::string_view type, const ordered_json& content) {
  ordered_json line{{"version", 1}, {"type", type}};
  line.update(content);
  return line.dump() + "\n";
}

}  // namespace

std::string to_json(const scenario::RunResult& run) {
  ordered_json scenarios = ordered_json::array();
  for (const ScenarioResult& scenario : run.scenarios) scenarios.push_back(with_checks(scenario));
  const ordered_json document{{"version", 1},
                              {"interrupted", run.interrupted},
                              {"counts", json_of(count(run))},
                              {"scenarios", std::move(scenarios)}};
  return document.dump(2) + "\n";
}

std::string to_json_lines(const ScenarioResult& scenario) {
  std::string lines = line_of("scenario", json_of(scenario));
  for (const CheckResult& check : scenario.checks) {
    ordered_json content{{"scenario", valid_utf8(scenario.name)}};
    content.update(json_of(check));
    lines += line_of("check", content);
  }
  return lines;
}

std::string last_json_line(const scenario::RunResult& run) {
  return line_of("run", {{"interrupted", run.interrupted}, {"counts", json_of(count(run))}});
}

}  // namespace topoproof::report
