// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/written_question.hh"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "generator/shape.hh"
#include "topofile/yaml_writer.hh"

namespace topoproof::program {
namespace {

using campaign::Packet;
using campaign::Question;
using generator::Feature;

std::optional<generator::Shape> find_shape(const std::string& name) {
  for (const Feature kind : {Feature::Router, Feature::Router6, Feature::Container}) {
    if (to_string(kind) == name) return generator::make_shape(kind);
  }
  return std::nullopt;
}

std::expected<Packet, std::string> read_packet(const scenario::Check& check,
                                               const generator::Shape& shape) {
  const auto port = std::ranges::find(shape.ports, check.flow.from, &generator::Port::edge);
  if (check.flow.frame.empty() || port == shape.ports.end()) {
    return std::unexpected(fmt::format("'{}' sends no frame from an edge", check.name));
  }
  return Packet{static_cast<std::size_t>(port - shape.ports.begin()), check.flow.frame};
}

// Without those that the shape itself has.
std::expected<firewall::Ruleset, std::string> read_rules(const scenario::Scenario& scenario,
                                                         const generator::Shape& shape,
                                                         const checks::RuleCompiler& compile) {
  firewall::Ruleset ruleset;
  const auto& own = shape.topology.node(shape.node).rules;
  for (const auto& rules : scenario.topology.node(shape.node).rules) {
    const bool is_own = std::ranges::find(own, rules.text, &topology::RulesText::text) != own.end();
    if (is_own) continue;
    auto compiled = compile(shape.node, rules);
    if (!compiled) return std::unexpected(compiled.error());
    for (auto& table : compiled->tables) ruleset.tables.push_back(std::move(table));
  }
  return ruleset;
}

// As a file says it, without rules: those of the node are asked about, others are the shape's.
std::string network_text(topology::Topology net) {
  for (std::size_t i = 0; i < net.nodes().size(); ++i) net.node(NodeId(i)).rules.clear();
  return topofile::to_yaml(net);
}

}  // namespace

std::expected<campaign::Question, std::string> read_question(const scenario::Scenario& scenario,
                                                             const checks::RuleCompiler& compile) {
  const auto shape = find_shape(scenario.topology.name());
  if (!shape || scenario.topology.nodes().size() != shape->topology.nodes().size()) {
    return std::unexpected("its network is none that 'fuzz' makes");
  }
  if (network_text(scenario.topology) != network_text(shape->topology)) {
    return std::unexpected(
        fmt::format("its network is not the '{}' that 'fuzz' makes", shape->topology.name()));
  }
  auto rules = read_rules(scenario, *shape, compile);
  if (!rules) return std::unexpected(rules.error());
  Question question{shape->kind, *std::move(rules), {}};
  for (const scenario::Step& step : scenario.steps) {
    for (const scenario::CheckItem& item : step.checks) {
      const auto* check = std::get_if<scenario::Check>(&item);
      if (check == nullptr) return std::unexpected("it has a matrix");
      auto packet = read_packet(*check, *shape);
      if (!packet) return std::unexpected(packet.error());
      question.packets.push_back(*std::move(packet));
    }
  }
  return question;
}

}  // namespace topoproof::program
