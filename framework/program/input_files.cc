// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/input_files.hh"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "document/reader.hh"
#include "plan/planner.hh"
#include "program/rule_files.hh"
#include "rules/compiled.hh"
#include "rules/includes.hh"
#include "rules/source.hh"
#include "scenario/reader.hh"
#include "topofile/reader.hh"

namespace topoproof::program {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kScenarioSuffixes{".scenario.yaml", ".scenario.yml"};
constexpr std::array<std::string_view, 2> kTopologySuffixes{".topo.yaml", ".topo.yml"};

bool has_suffix(std::string_view file, std::span<const std::string_view> suffixes) {
  return std::ranges::any_of(suffixes, [&](auto suffix) { return file.ends_with(suffix); });
}

bool is_wanted(const std::string& file, bool topologies) {
  return has_suffix(file, kScenarioSuffixes) || (topologies && has_suffix(file, kTopologySuffixes));
}

Issue at_file(const std::string& file, std::string text) {
  return make_issue(Location{.file = file}, std::move(text));
}

// Copies that stand beside the script that repeats a failed check (runner/repeat_script.hh).
bool is_of_failed_check(const fs::path& folder) {
  std::error_code ignored;
  return folder.filename() == "files" && fs::exists(folder.parent_path() / "repeat.sh", ignored);
}

// What has a scenario's name is meant to be one: left out silently, its checks would be as well.
void take_file(const std::string& file, const fs::directory_entry& entry, Issues& issues,
               std::vector<std::string>& files) {
  std::error_code error;
  const fs::file_status status = entry.status(error);
  if (fs::is_directory(status)) return;
  if (fs::is_regular_file(status)) return files.push_back(file);
  issues.push_back(at_file(
      file, fs::exists(status) ? "this is no regular file" : "there is no such file or folder"));
}

std::vector<std::string> files_below(const std::string& folder, bool topologies, Issues& issues) {
  const std::size_t before = issues.size();
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_of_failed_check(entry->path())) {
      entry.disable_recursion_pending();
      continue;
    }
    // In the current folder files are named without "./", as people name them.
    const std::string file =
        folder == "." ? entry->path().lexically_relative(".").string() : entry->path().string();
    if (is_wanted(file, topologies)) take_file(file, *entry, issues, files);
  }
  if (error) issues.push_back(at_file(folder, "cannot be read: " + error.message()));
  if (issues.size() == before && files.empty()) {
    issues.push_back(at_file(folder, fmt::format("no *.scenario.yaml{} is below this folder",
                                                 topologies ? " or *.topo.yaml" : "")));
  }
  std::ranges::sort(files);
  return files;
}

topofile::Variants located(std::span<const std::string> variants) {
  topofile::Variants chosen;
  for (const std::string& name : variants) chosen.push_back({name, {.file = "--variant"}});
  return chosen;
}

// The document of a scenario, with other variants.
document::Node with_variants(const document::Node& root, std::span<const std::string> variants) {
  if (variants.empty() || !root.is_mapping()) return root;
  std::vector<document::Node> names;
  for (const std::string& name : variants) names.push_back(document::make_scalar(name));
  std::vector<document::Entry> entries = root.entries();
  std::erase_if(entries, [](const document::Entry& entry) { return entry.key == "variant"; });
  entries.push_back({"variant", document::make_sequence(std::move(names))});
  return root.with(std::move(entries));
}

void append(Issues& issues, Issues more) { std::ranges::move(more, std::back_inserter(issues)); }

void append_all(std::vector<std::string> more, std::vector<std::string>& files) {
  std::ranges::move(more, std::back_inserter(files));
}

void check_compiled(const topology::Node& node, Issues& issues) {
  for (const rules::Source& source : node.rules) {
    if (source.language == rules::Language::Compiled)
      append(issues, rules::check_compiled(source.text, source.where.file));
  }
}

void check_compiled(const topology::Topology& topology, Issues& issues) {
  for (const topology::Node& node : topology.nodes()) check_compiled(node, issues);
}

// The interface may be of a link that could not be read, which is told already.
bool misses_interface(const Issue& issue) {
  return issue.text.find("Interface does not exist") != std::string::npos;
}

// What the planner finds, which sees more than the checks of a topology, and what nft, iptables and
// the kernel say of the rules: also of those in a topology that has mistakes elsewhere.
void check_built(const topology::Topology& topology, Issues& issues) {
  const bool is_whole = !has_errors(issues);
  if (is_whole) {
    auto plan = plan::make_plan(topology);
    if (!plan) append(issues, std::move(plan.error()));
  }
  Issues refused = try_rules(topology);
  if (!is_whole) std::erase_if(refused, misses_interface);
  append(issues, std::move(refused));
}

// YAML would be told to be wrong with an alias ("*filter"), or where a brace is.
std::optional<Issue> rules_instead(const std::string& file) {
  const auto text = document::read_text_file(file);
  const auto language = text ? rules::recognize_language(*text) : std::nullopt;
  if (!language) return std::nullopt;
  const bool is_nft = *language == rules::Language::Nft;
  return at_file(file, fmt::format("this looks like {}, not like a topology or a scenario; "
                                   "`topoproof rules show` reads it, and a node takes it as {}:",
                                   is_nft ? "rules of nft" : "what iptables-save prints",
                                   is_nft                                   ? "nftables"
                                   : *language == rules::Language::Iptables ? "iptables"
                                                                            : "ip6tables"));
}

Issues check_topology_file(const std::string& file) {
  Issues issues;
  const auto root = document::read_yaml_file(file, issues);
  if (!root) return issues;
  const auto plain = topofile::read_topology(*root, {}, document::read_text_file, issues);
  check_compiled(plain, issues);
  check_built(plain, issues);
  for (const std::string& name : topofile::variant_names(*root, document::read_text_file)) {
    Issues more;
    const auto variant =
        topofile::read_topology(*root, located({&name, 1}), document::read_text_file, more);
    check_compiled(variant, more);
    check_built(variant, more);
    append(issues, std::move(more));
  }
  topofile::sort_issues(issues);
  return issues;
}

Issues try_changes(const scenario::Scenario& scenario) {
  Issues issues;
  for (const scenario::Step& step : scenario.steps) {
    for (const scenario::Change& change : step.changes) {
      if (const auto* replace = std::get_if<scenario::ReplaceRules>(&change.what))
        append(issues, try_rules(scenario.topology, replace->node, replace->rules));
    }
  }
  return issues;
}

// Those of its topology, and those whose rules its changes bring.
template <class Visit>
void for_each_node(const scenario::Scenario& scenario, Visit visit) {
  for (const topology::Node& node : scenario.topology.nodes()) visit(node);
  for (const scenario::Step& step : scenario.steps) {
    for (const scenario::Change& change : step.changes) {
      const auto* replace = std::get_if<scenario::ReplaceRules>(&change.what);
      if (replace != nullptr) visit(replace->rules);
    }
  }
}

// One file may be the rules of many nodes.
Issues check_compiled(const scenario::Scenario& scenario) {
  Issues issues;
  for_each_node(scenario, [&](const topology::Node& node) { check_compiled(node, issues); });
  topofile::sort_issues(issues);
  return issues;
}

}  // namespace

FileKind kind_of(const std::string& file) {
  if (has_suffix(file, kScenarioSuffixes)) return FileKind::Scenario;
  if (has_suffix(file, kTopologySuffixes)) return FileKind::Topology;
  Issues ignored;  // whoever reads the file as this kind tells them
  const auto root = document::read_yaml_file(file, ignored);
  const auto has = [&](std::string_view key) { return root && root->find(key) != nullptr; };
  return has("checks") || has("steps") || has("topology") ? FileKind::Scenario : FileKind::Topology;
}

std::vector<std::string> find_files(std::span<const std::string> paths, bool topologies,
                                    Issues& issues) {
  const std::string here = ".";
  if (paths.empty()) paths = {&here, 1};
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      issues.push_back(at_file(path, "there is no such file or folder"));
    } else if (fs::is_directory(status)) {
      std::ranges::copy(files_below(path, topologies, issues), std::back_inserter(files));
    } else {
      files.push_back(path);
    }
  }
  std::vector<std::string> once;
  for (std::string& file : files) {
    if (std::ranges::find(once, file) == once.end()) once.push_back(std::move(file));
  }
  return once;
}

ScenarioFile read_scenario_file(const std::string& file, std::span<const std::string> variants) {
  ScenarioFile read;
  std::vector<std::string> sources{file};
  const auto noting = [&](const std::string& path) {
    if (std::ranges::find(sources, path) == sources.end()) sources.push_back(path);
    return document::read_text_file(path);
  };
  if (auto issue = rules_instead(file)) {
    read.issues.push_back(*std::move(issue));
  } else if (const auto root = document::read_yaml_file(file, read.issues)) {
    read.scenario =
        scenario::read_scenario(with_variants(*root, variants), file, noting, read.issues);
  }
  append(read.issues, check_compiled(read.scenario));
  read.scenario.file = file;
  read.scenario.sources = std::move(sources);
  if (read.scenario.name.empty()) read.scenario.name = fs::path(file).filename().string();
  return read;
}

topology::Topology read_topology_file(const std::string& file,
                                      std::span<const std::string> variants, Issues& issues) {
  if (kind_of(file) == FileKind::Scenario) {
    ScenarioFile read = read_scenario_file(file, variants);
    append(issues, std::move(read.issues));
    return std::move(read.scenario.topology);
  }
  if (auto issue = rules_instead(file)) {
    issues.push_back(*std::move(issue));
    return topology::Topology();
  }
  auto topology =
      topofile::load_topology(file, located(variants), document::read_text_file, issues);
  check_compiled(topology, issues);
  return topology;
}

scenario::Scenario read_network(const std::string& file, std::span<const std::string> variants,
                                Issues& issues) {
  if (kind_of(file) == FileKind::Scenario) {
    ScenarioFile read = read_scenario_file(file, variants);
    issues = std::move(read.issues);
    return std::move(read.scenario);
  }
  scenario::Scenario network;
  network.file = file;
  network.topology = read_topology_file(file, variants, issues);
  return network;
}

Issues check_file(const std::string& file) {
  if (auto issue = rules_instead(file)) return {*std::move(issue)};
  if (kind_of(file) == FileKind::Topology) return check_topology_file(file);
  ScenarioFile read = read_scenario_file(file, {});
  check_built(read.scenario.topology, read.issues);
  append(read.issues, try_changes(read.scenario));
  return std::move(read.issues);
}

std::vector<std::string> included_files(const scenario::Scenario& scenario) {
  std::vector<std::string> files;
  for_each_node(scenario, [&](const topology::Node& node) {
    for (const rules::Source& source : node.rules) append_all(rules::included_files(source), files);
  });
  return files;
}

Issues check_rules(const scenario::Scenario& scenario) {
  Issues issues = try_rules(scenario.topology);
  append(issues, try_changes(scenario));
  return issues;
}

}  // namespace topoproof::program
