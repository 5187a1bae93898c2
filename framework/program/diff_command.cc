// SPDX-License-Identifier: GPL-2.0-or-later
// topoproof diff: which flows would end otherwise.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/printable.hh"
#include "checks/compile_rules.hh"
#include "compare/flow_changes.hh"
#include "program/commands.hh"
#include "program/input_files.hh"
#include "program/rule_files.hh"
#include "report/facts.hh"

namespace topoproof::program {
namespace {

using scenario::Scenario;

// The node whose rules the files are: the one that is named, else the only one that has rules.
std::expected<NodeId, Issue> node_of(const DiffCommand& command, const Scenario& network) {
  const topology::Topology& topology = network.topology;
  if (!command.node.empty()) {
    if (const auto node = topology.find_node(command.node)) return *node;
    return std::unexpected(
        make_issue(fmt::format("there is no node '{}' in {}", command.node, command.on)));
  }
  const auto has_rules = [](const topology::Node& node) { return !node.rules.empty(); };
  if (std::ranges::count_if(topology.nodes(), has_rules) != 1) {
    return std::unexpected(make_issue("--node NODE has to say whose rules these are"));
  }
  const auto found = std::ranges::find_if(topology.nodes(), has_rules);
  return NodeId(static_cast<std::size_t>(found - topology.nodes().begin()));
}

// The network of --on with the rules of a file in a node.
Scenario with_rules(const DiffCommand& command, const std::string& file, Issues& issues) {
  Scenario network = read_network(command.on, {}, issues);
  if (has_errors(issues)) return network;
  const auto node = node_of(command, network);
  const auto rules = read_rule_source(file);
  if (!node) issues.push_back(node.error());
  if (!rules) issues.push_back(rules.error());
  if (node && rules) network.topology.node(*node).rules = {*rules};
  return network;
}

Scenario read(const DiffCommand& command, const std::string& file, Issues& issues) {
  Issues found;
  const bool is_new = &file == &command.after;
  const auto variants = is_new ? command.variants : std::vector<std::string>();
  Scenario network =
      command.on.empty() ? read_network(file, variants, found) : with_rules(command, file, found);
  std::ranges::move(found, std::back_inserter(issues));
  return network;
}

// What the kernel refuses, with its place. What cannot be tried here is told flow by flow.
Issues refused_rules(const Scenario& network, const checks::RuleCompiler& compile) {
  Issues issues;
  const topology::Topology& topology = network.topology;
  for (std::size_t i = 0; compile && i < topology.nodes().size(); ++i) {
    for (const topology::RulesText& rules : topology.node(NodeId(i)).rules) {
      const auto ruleset = compile(NodeId(i), rules);
      if (!ruleset) issues.push_back(make_issue(ruleset.error()));
    }
  }
  return issues;
}

std::string way_text(std::string_view label, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += fmt::format("  {:<6} {}\n", label, printable(line));
    label = "";
  }
  return text;
}

std::string change_text(const compare::FlowChange& change, bool brief) {
  std::string text = fmt::format("{}{}\n- {}\n+ {}\n", printable(change.flow),
                                 change.unknown ? ": unknown to the simulator" : "",
                                 printable(change.before), printable(change.after));
  if (brief) return text;
  return text + fmt::format("  packet {}\n", change.packet) +
         way_text("before", change.way_before) + way_text("after", change.way_after) + "\n";
}

}  // namespace

int run_diff(const DiffCommand& command, const Console& console, bool compiles) {
  Issues issues;
  const Scenario before = read(command, command.before, issues);
  const Scenario after = read(command, command.after, issues);
  console.error(to_string(issues));
  if (has_errors(issues)) return kInputWrong;
  const auto compiler = [&](const Scenario& network) {
    return compiles ? checks::make_rule_compiler(network.topology) : checks::RuleCompiler();
  };
  const checks::RuleCompiler old_rules = compiler(before);
  const checks::RuleCompiler new_rules = compiler(after);
  Issues refused = refused_rules(before, old_rules);
  std::ranges::move(refused_rules(after, new_rules), std::back_inserter(refused));
  console.error(to_string(refused));
  if (!refused.empty()) return kInputWrong;
  const auto found = compare::compare({before, old_rules}, {after, new_rules});
  for (const std::string& line : found.nodes) console.out(printable(line) + "\n");
  for (const auto& change : found.changes) console.out(change_text(change, command.brief));
  const auto unknown =
      std::ranges::count_if(found.changes, [](const auto& change) { return change.unknown; });
  console.out(fmt::format("{} of {} change",
                          found.changes.size() - static_cast<std::size_t>(unknown),
                          report::counted(found.asked, "flow")));
  console.out(unknown > 0 ? fmt::format(", {} unknown to the simulator\n", unknown) : "\n");
  return found.changes.empty() && found.nodes.empty() ? kPassed : kFailed;
}

}  // namespace topoproof::program
