// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/rule_files.hh"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "checks/compile_rules.hh"
#include "document/reader.hh"
#include "plan/planner.hh"
#include "program/input_files.hh"
#include "rules/compiled.hh"
#include "rules/import.hh"
#include "sys/error.hh"
#include "sys/sandbox.hh"

namespace topoproof::program {
namespace {

using Result = std::expected<std::vector<NodeRules>, Issues>;

// Once in a process. THROWS: SystemError, each time.
void ensure_sandbox() {
  static const bool entered = (sys::enter_sandbox(), true);
  static_cast<void>(entered);
}

bool has_rules(const topology::Node& node) {
  return !(node.rules.empty() && node.masquerade.empty() && node.snat.empty() &&
           node.port_forwards.empty());
}

// Of the short forms: masquerade, snat, port_forwards.
std::vector<firewall::Table> own_tables(NodeId id, const topology::Node& node) {
  std::vector<firewall::Table> tables;
  for (const auto& step : plan::rule_steps(id, node)) {
    if (const auto* load = std::get_if<plan::LoadRuleset>(&step.operation))
      std::ranges::copy(load->ruleset.tables, std::back_inserter(tables));
  }
  return tables;
}

// The short forms' tables last, as they are loaded.
std::expected<firewall::Ruleset, Issues> rules_of(const topology::Topology& topology, NodeId id,
                                                  const checks::RuleInterfaces& interfaces) {
  firewall::Ruleset all;
  if (!topology.node(id).rules.empty()) {
    ensure_sandbox();
    auto imported = rules::import_rules(topology.node(id).rules, interfaces.of(id));
    if (!imported) return imported;
    all = *std::move(imported);
  }
  std::ranges::move(own_tables(id, topology.node(id)), std::back_inserter(all.tables));
  return all;
}

Result read_topology_rules(const std::string& file) {
  Issues issues;
  const auto topology = read_topology_file(file, {}, issues);
  if (has_errors(issues)) return std::unexpected(std::move(issues));
  const checks::RuleInterfaces interfaces(topology);
  std::vector<NodeRules> all;
  Issues refused;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const auto& node = topology.nodes()[i];
    if (!has_rules(node)) continue;
    auto ruleset = rules_of(topology, NodeId(i), interfaces);
    if (!ruleset) {
      std::ranges::move(ruleset.error(), std::back_inserter(refused));
      continue;
    }
    all.push_back({.node = node.name, .ruleset = *std::move(ruleset), .sources = node.rules});
  }
  if (!refused.empty()) return std::unexpected(std::move(refused));
  if (!all.empty()) all.front().warnings = std::move(issues);
  return all;
}

Result read_text_rules(const rules::Source& source) {
  const auto& file = source.where.file;
  if (source.language == rules::Language::Compiled) {
    auto ruleset = rules::read_compiled(source.text, file);
    if (!ruleset) return std::unexpected(Issues{ruleset.error()});
    return std::vector{NodeRules{.ruleset = *std::move(ruleset),
                                 .sources = {source},
                                 .warnings = rules::check_compiled(source.text, file)}};
  }
  ensure_sandbox();
  auto ruleset = rules::import_rules({&source, 1});
  if (!ruleset) return std::unexpected(std::move(ruleset.error()));
  return std::vector{NodeRules{.ruleset = *std::move(ruleset), .sources = {source}}};
}

bool is_topology(const std::string& file) {
  return file.ends_with(".yaml") || file.ends_with(".yml");
}

// The short forms make a table of this name, in place of one that is there.
Issues check_own_tables(const topology::Node& node, const firewall::Ruleset& imported) {
  for (const auto& own : own_tables(NodeId(0), node)) {
    if (find_table(imported, own.family, own.name) == nullptr) continue;
    return {make_issue(node.rules.front().where,
                       fmt::format("the table {} {} is made by masquerade, snat and port_forwards "
                                   "of node '{}': give yours another name",
                                   to_string(own.family), own.name, node.name))};
  }
  return {};
}

Issues try_rules(const topology::Node& node, std::span<const rules::Interface> interfaces) {
  if (node.rules.empty()) return {};
  try {
    ensure_sandbox();
  } catch (const sys::SystemError& refused) {
    return {
        make_warning(node.rules.front().where,
                     fmt::format("the rules were not tried on the kernel: {}", refused.what()))};
  }
  auto imported = rules::import_rules(node.rules, interfaces);
  return imported ? check_own_tables(node, *imported) : std::move(imported.error());
}

}  // namespace

std::expected<rules::Source, Issue> read_rule_source(const std::string& file) {
  auto text = document::read_text_file(file);
  if (!text) return std::unexpected(std::move(text.error()));
  if (text->size() > document::kMaxBytes) {
    return std::unexpected(
        make_issue({.file = file},
                   fmt::format("the file is larger than {} bytes; what it includes may be more",
                               document::kMaxBytes)));
  }
  const auto language = rules::guess_language(*text);
  return rules::Source{
      .language = language, .text = *std::move(text), .where = {.file = file, .line = 1}};
}

Result read_rule_file(const std::string& file) {
  if (is_topology(file)) return read_topology_rules(file);
  const auto source = read_rule_source(file);
  if (!source) return std::unexpected(Issues{source.error()});
  return read_text_rules(*source);
}

Issues try_rules(const topology::Topology& topology, NodeId node, const topology::Node& rules) {
  return try_rules(rules, checks::RuleInterfaces(topology).of(node));
}

Issues try_text(const rules::Source& source) {
  topology::Node alone;
  alone.rules.push_back(source);
  return try_rules(alone, {});
}

Issues try_rules(const topology::Topology& topology) {
  const checks::RuleInterfaces interfaces(topology);
  Issues issues;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i)
    std::ranges::move(try_rules(topology.nodes()[i], interfaces.of(NodeId(i))),
                      std::back_inserter(issues));
  return issues;
}

}  // namespace topoproof::program
