// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/network.hh"

#include <charconv>
#include <functional>
#include <variant>

#include <fmt/format.h>

#include "checks/compile_rules.hh"
#include "listing/listing.hh"
#include "plan/planner.hh"

namespace topoproof::mutation {
namespace {

using scenario::ReplaceRules;
using scenario::Scenario;
using topology::RulesText;

constexpr std::string_view kHandle = "compiled ";

// What the texts say stays there, for words in it tell whether rules keep state.
RulesText make_handle(std::size_t number, const topology::Node& node) {
  RulesText handle{.text = fmt::format("{}{}\n", kHandle, number)};
  for (const RulesText& text : node.rules) handle.text += text.text;
  return handle;
}

std::optional<std::size_t> number_of(const RulesText& rules) {
  const std::string_view text = rules.text;
  if (!text.starts_with(kHandle)) return std::nullopt;
  std::size_t number = 0;
  const auto [end, wrong] =
      std::from_chars(text.data() + kHandle.size(), text.data() + text.size(), number);
  if (wrong != std::errc()) return std::nullopt;
  return number;
}

// As the kernel takes them: tables of the same names are replaced.
void load(const firewall::Ruleset& ruleset, firewall::Ruleset& into) {
  for (const firewall::Table& table : ruleset.tables) {
    std::erase_if(into.tables, [&](const firewall::Table& t) {
      return t.family == table.family && t.name == table.name;
    });
    into.tables.push_back(table);
  }
}

// Every place of a scenario where rules are said.
void for_rules(Scenario& scenario, const std::function<void(NodeId, topology::Node&)>& visit) {
  for (std::size_t i = 0; i < scenario.topology.nodes().size(); ++i) {
    visit(NodeId(i), scenario.topology.node(NodeId(i)));
  }
  for (scenario::Step& step : scenario.steps) {
    for (scenario::Change& change : step.changes) {
      auto* rules = std::get_if<ReplaceRules>(&change.what);
      if (rules != nullptr) visit(rules->node, rules->rules);
    }
  }
}

class Compiler {
 public:
  Compiler(const checks::RuleCompiler& compile, Issues& warnings)
      : compile_(compile), warnings_(warnings) {}

  // RETURNS: the rules of a node; those that cannot be compiled stay in it.
  firewall::Ruleset take(NodeId id, topology::Node& node) {
    firewall::Ruleset all;
    std::vector<RulesText> left;
    for (const plan::Step& step : plan::rule_steps(id, node)) {
      if (const auto* made = std::get_if<plan::LoadRuleset>(&step.operation)) {
        load(made->ruleset, all);
      } else if (const auto* text = std::get_if<plan::LoadRulesText>(&step.operation)) {
        if (!read(id, text->rules, all)) left.push_back(text->rules);
      }
    }
    node.masquerade.clear();
    node.snat.clear();
    node.port_forwards.clear();
    node.rules = std::move(left);
    return all;
  }

 private:
  bool read(NodeId id, const RulesText& text, firewall::Ruleset& into) {
    const auto compiled = checks::compile_rules(compile_, id, text);
    if (compiled) {
      load(*compiled, into);
    } else {
      warnings_.push_back(make_warning(text.where, compiled.error() + ": they are not mutated"));
    }
    return compiled.has_value();
  }

  const checks::RuleCompiler& compile_;
  Issues& warnings_;
};

}  // namespace

Network make_network(Scenario scenario, const checks::RuleCompiler& compile, Issues& warnings) {
  Network network{.scenario = std::move(scenario), .rules = {}};
  Compiler compiler(compile, warnings);
  for_rules(network.scenario, [&](NodeId id, topology::Node& node) {
    RulesText handle = make_handle(network.rules.size(), node);
    network.rules.push_back({id, compiler.take(id, node)});
    node.rules.insert(node.rules.begin(), std::move(handle));
  });
  return network;
}

checks::RuleCompiler compiler_of(const Network& network) {
  return
      [&network](NodeId, const RulesText& text) -> std::expected<firewall::Ruleset, std::string> {
        if (const auto number = number_of(text)) return network.rules.at(*number).ruleset;
        return std::unexpected("rules not compiled");
      };
}

std::expected<Scenario, Issue> with_texts(const Network& network) {
  Scenario scenario = network.scenario;
  std::optional<Issue> wrong;
  for_rules(scenario, [&](NodeId, topology::Node& node) {
    for (RulesText& rules : node.rules) {
      const auto number = number_of(rules);
      if (!number) continue;
      const auto text = listing::to_text(network.rules.at(*number).ruleset);
      if (!text) wrong = text.error();
      rules.text = text.value_or("");
    }
    std::erase_if(node.rules, [](const RulesText& rules) { return rules.text.empty(); });
  });
  if (wrong) return std::unexpected(*wrong);
  return scenario;
}

}  // namespace topoproof::mutation
