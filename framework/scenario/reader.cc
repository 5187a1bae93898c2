// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/reader.hh"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "document/reader.hh"
#include "scenario/listeners.hh"
#include "scenario/reader_parts.hh"
#include "topofile/reader_names.hh"

namespace topoproof::scenario {
namespace {

using document::Entry;
using document::Fields;
using topology::Topology;

constexpr std::array<std::string_view, 7> kKeys{"version", "name",   "topology", "variant",
                                                "listens", "checks", "steps"};

// "scenarios/03-masquerade.scenario.yaml" -> "03-masquerade"
std::string name_of_file(const std::string& file) {
  const std::string name = std::filesystem::path(file).filename().string();
  return name.substr(0, name.find('.'));
}

// One file for both: the topology is what is left without the scenario's own keys.
document::Node topology_part(const document::Node& root) {
  std::vector<Entry> entries;
  for (const Entry& entry : root.entries()) {
    const auto keys = topofile::topology_keys();
    if (std::ranges::find(keys, entry.key) != keys.end()) entries.push_back(entry);
  }
  return root.with(std::move(entries));
}

Topology read_topology_of(const document::Node& root, const topofile::FileReader& read_file,
                          Issues& issues) {
  topofile::Variants variants;
  if (const auto* chosen = root.find("variant"); chosen != nullptr) {
    const auto read = document::one_or_list_of(topofile::located(document::read_string));
    variants = read(*chosen, issues).value_or(topofile::Variants());
  }
  const document::Node* given = root.find("topology");
  if (given == nullptr) {
    return topofile::read_topology(topology_part(root), variants, read_file, issues);
  }
  if (given->is_mapping()) return topofile::read_topology(*given, variants, read_file, issues);
  const auto name = document::read_string(*given, issues);
  if (!name) return Topology();
  const std::string path = topofile::relative_to(given->where().file, *name);
  const auto text = read_file(path);
  if (!text) {
    issues.push_back(topofile::cannot_read(*given, path, text.error()));
    return Topology();
  }
  const auto tree = document::parse_yaml(*text, path, issues);
  if (!tree) return Topology();
  return topofile::read_topology(*tree, variants, read_file, issues);
}

// `listens: { blue: [tcp/80] }`: becomes part of the topology.
void add_listens(const document::Node& listens, Topology& topology, Issues& issues,
                 Issues& name_issues) {
  for (const Entry& entry : document::entries_of(listens, issues)) {
    const auto node = topofile::resolve_node(topology, entry.key, entry.where(), name_issues);
    const auto services =
        document::one_or_list_of(topofile::located(topofile::read_listen))(entry.value, issues);
    if (!node || !services) continue;
    auto& all = topology.node(*node).listens;
    all.insert(all.end(), services->begin(), services->end());
  }
}

std::vector<CheckItem> read_checks(const document::Node& list, const Reading& reading) {
  std::vector<CheckItem> checks;
  refuse_empty(list, "there is no check in 'checks:'", reading);
  for (const document::Node& item : document::items_of(list, reading.issues)) {
    if (auto check = read_check_item(item, reading)) checks.push_back(*std::move(check));
  }
  return checks;
}

Step read_step(const document::Node& node, const Reading& reading) {
  Step step{.where = node.where()};
  Fields fields(node, reading.issues);
  const document::Node* change = fields.take("change");
  const document::Node* checks = fields.take("checks");
  fields.finish();
  if (change != nullptr) {
    const auto read = [&](const document::Node& one, Issues&) { return read_change(one, reading); };
    auto changes = document::one_or_list_of(read)(*change, reading.issues);
    if (changes) step.changes = *std::move(changes);
  }
  if (checks != nullptr) step.checks = read_checks(*checks, reading);
  if (fields.is_mapping() && change == nullptr && checks == nullptr) {
    reading.issues.push_back(make_issue(node.where(), "a step needs 'change:' or 'checks:'"));
  }
  return step;
}

void read_steps(const document::Node& root, const Reading& reading, Scenario& scenario) {
  const document::Node* checks = root.find("checks");
  const document::Node* steps = root.find("steps");
  if (checks == nullptr && steps == nullptr) {
    reading.issues.push_back(make_issue(root.where(), "a scenario needs 'checks:' or 'steps:'"));
  }
  if (checks != nullptr) {
    scenario.steps.push_back({.where = checks->where(), .checks = read_checks(*checks, reading)});
  }
  if (steps == nullptr) return;
  refuse_empty(*steps, "there is no step in 'steps:'", reading);
  for (const document::Node& step : document::items_of(*steps, reading.issues)) {
    scenario.steps.push_back(read_step(step, reading));
  }
}

void take_keys(const document::Node& root, Scenario& scenario, Issues& issues) {
  Fields fields(root, issues);
  for (const std::string_view key : kKeys) fields.take(key);
  const bool one_file = root.find("topology") == nullptr;
  if (one_file) {
    for (const std::string_view key : topofile::topology_keys()) fields.take(key);
  }
  int version = 1;
  fields.optional("version", document::integer(1, 1), version);
  fields.optional("name", document::read_string, scenario.name);
  fields.finish();
}

}  // namespace

Scenario read_scenario(const document::Node& root, const std::string& file,
                       const topofile::FileReader& read_file, Issues& issues) {
  Scenario scenario{.name = name_of_file(file), .file = file, .topology = Topology(), .steps = {}};
  if (!root.is_mapping()) {
    document::report_unexpected(root, "a scenario (a mapping with 'topology:' and 'checks:')",
                                issues);
    return scenario;
  }
  Issues found;
  Issues unreliable;
  scenario.topology = read_topology_of(root, read_file, found);
  Issues& name_issues = has_errors(found) ? unreliable : found;
  take_keys(root, scenario, found);
  if (const auto* listens = root.find("listens"); listens != nullptr) {
    add_listens(*listens, scenario.topology, found, name_issues);
  }
  read_steps(root, {scenario.topology, read_file, found, name_issues}, scenario);
  const Issues conflicts = check_listeners(scenario);
  found.insert(found.end(), conflicts.begin(), conflicts.end());
  issues.insert(issues.end(), found.begin(), found.end());
  topofile::sort_issues(issues);
  return scenario;
}

Scenario load_scenario(const std::string& file, const topofile::FileReader& read_file,
                       Issues& issues) {
  const auto text = read_file(file);
  if (!text) {
    issues.push_back(text.error());
    return {};
  }
  const auto root = document::parse_yaml(*text, file, issues);
  if (!root) return {};
  return read_scenario(*root, file, read_file, issues);
}

std::expected<flow::Flow, Issues> parse_flow(std::string_view text,
                                             const topology::Topology& topology) {
  Issues issues;
  const auto root = document::parse_yaml(text, "", issues);
  const auto flow =
      root ? read_flow(*root, {topology, topofile::single_file("", ""), issues, issues})
           : std::nullopt;
  if (!flow || has_errors(issues)) return std::unexpected(std::move(issues));
  return *flow;
}

std::expected<Scenario, Issues> parse_scenario(std::string_view text, const std::string& file) {
  Issues issues;
  Scenario scenario = load_scenario(file, topofile::single_file(text, file), issues);
  if (has_errors(issues)) return std::unexpected(std::move(issues));
  return scenario;
}

}  // namespace topoproof::scenario
