// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/simulation.hh"

#include <algorithm>
#include <exception>
#include <stdexcept>

#include <fmt/format.h>

#include "checks/compile_rules.hh"
#include "plan/link_steps.hh"
#include "scenario/changes.hh"
#include "scenario/listeners.hh"
#include "scenario/network_plan.hh"
#include "topology/listening.hh"

namespace topoproof::checks {

namespace {

using scenario::Change;
using scenario::FlapLink;
using scenario::Listener;
using scenario::ReplaceRules;
using scenario::RouteUse;
using scenario::RuleUse;
using scenario::Scenario;
using scenario::Wait;

bool comes_by(const flow::Trace& trace, NodeId node) {
  return std::ranges::any_of(trace, [&](const flow::Step& step) { return step.node == node; });
}

bool stays_at(const flow::Trace& trace, NodeId node) {
  return std::ranges::all_of(trace, [&](const flow::Step& step) { return step.node == node; });
}

bool may_decide(const topology::Gap& gap, const sim::Prediction& prediction, NodeId from) {
  if (gap.to_itself) return *gap.node == from && stays_at(prediction.request.trace, from);
  if (!gap.node || *gap.node == from || prediction.request.fate.at == gap.node) return true;
  return comes_by(prediction.request.trace, *gap.node) ||
         (prediction.reply && comes_by(prediction.reply->trace, *gap.node));
}

}  // namespace

Simulation::Simulation(const Scenario& scenario, const RuleCompiler& compile)
    : compile_(compile), gaps_(scenario.topology.gaps().begin(), scenario.topology.gaps().end()) {
  const plan::Plan plan = make_plan_or_throw(scenario);
  if (has_flaps(scenario)) plan_ = plan;
  names_ = plan.nodes;
  states_.resize(names_.size());
  extras_.resize(names_.size());
  for (const plan::Step& step : plan.steps) apply(step.operation);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto* program = topology::silent_program(scenario.topology.node(NodeId(i)));
    if (program != nullptr) silent_.emplace(NodeId(i), *program);
  }
  for (const Listener& listener : listeners_of(scenario)) {
    extras_[listener.node.index()].listeners.push_back({listener.service, listener.family});
  }
  std::vector<sim::Node> nodes;
  for (std::size_t i = 0; i < names_.size(); ++i) nodes.push_back(node(NodeId(i)));
  simulator_.emplace(nodes);
}

sim::Prediction Simulation::predict(const sim::Question& question,
                                    const sim::Simulator::Seen& seen) {
  sim::Prediction prediction;
  try {
    prediction = simulator_->predict(question, seen);
  } catch (const std::exception& failed) {
    // What a kernel did with the flow is worth as much as before.
    prediction.unknown.push_back({.reason = fmt::format("the simulator failed: {}", failed.what()),
                                  .node = question.flow.from});
    return prediction;
  }
  simulator_->forget_path_mtus();
  doubt_refusal(prediction);
  for (sim::Prediction& other : prediction.others) doubt_refusal(other);
  if (gaps_.empty()) return prediction;
  doubt(prediction, question.flow.from);
  for (sim::Prediction& other : prediction.others) doubt(other, question.flow.from);
  return prediction;
}

void Simulation::doubt(sim::Prediction& prediction, NodeId from) const {
  for (const topology::Gap& gap : gaps_) {
    if (!may_decide(gap, prediction, from)) continue;
    prediction.unknown.push_back({.reason = "not captured: " + gap.text,
                                  .where = gap.where,
                                  .node = gap.node.value_or(from)});
  }
}

void Simulation::doubt_refusal(sim::Prediction& prediction) const {
  const flow::Fate& fate = prediction.request.fate;
  if (fate.kind != flow::FateKind::Refused || !fate.at) return;
  const auto silent = silent_.find(*fate.at);
  if (silent == silent_.end()) return;
  const topology::Program& program = silent->second;
  prediction.unknown.push_back(
      {.reason = fmt::format("service '{}' may listen there; where it does say `ready: tcp/PORT`",
                             program.name),
       .where = program.where,
       .node = *fate.at});
}

void Simulation::change(const Change& change) {
  if (const auto* wait = std::get_if<Wait>(&change.what)) return simulator_->wait(wait->time);
  if (const auto* link = std::get_if<FlapLink>(&change.what)) return flap(*link);
  if (std::holds_alternative<ReplaceRules>(change.what)) replaced_ = rule_uses();
  carry_out(steps_of(change));
}

void Simulation::flap(const FlapLink& link) {
  carry_out(plan::link_steps(*plan_, link.node, link.interface, false));
  simulator_->wait(link.down_for);
  carry_out(plan::link_steps(*plan_, link.node, link.interface, true));
}

void Simulation::carry_out(const std::vector<plan::Step>& steps) {
  for (const plan::Step& step : steps) {
    apply(step.operation);
    const NodeId id = node_of(step.operation);
    simulator_->change(id, node(id));
  }
}

std::vector<RuleUse> Simulation::rule_uses() const {
  std::vector<RuleUse> uses = replaced_;
  for (const sim::RuleUse& use : simulator_->rule_uses()) {
    const std::string& node = names_[use.node.index()];
    const auto same = std::ranges::find_if(uses, [&](const RuleUse& u) {
      return u.node == node && u.text == use.text && u.where == use.where;
    });
    if (same == uses.end()) {
      uses.push_back({node, use.text, use.where, use.packets});
    } else {
      same->packets = std::max(same->packets, use.packets);
    }
  }
  return uses;
}

std::vector<RouteUse> Simulation::route_uses(const topology::Topology& topology) const {
  std::vector<RouteUse> uses;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const topology::Node& node = topology.nodes()[i];
    for (const auto& route : node.routes) {
      uses.push_back({node.name, state::describe(route.value), route.where,
                      simulator_->route_use(NodeId(i), route.value)});
    }
  }
  return uses;
}

sim::Node Simulation::node(NodeId id) const {
  const Extras& extras = extras_[id.index()];
  return {.name = names_[id.index()],
          .state = states_[id.index()],
          .deleted_routes = extras.deleted_routes,
          .bridge_entries = extras.entries,
          .ruleset = extras.ruleset,
          .rules_unknown = extras.rules_unknown,
          .listeners = extras.listeners,
          .impairments = {extras.impairments.begin(), extras.impairments.end()}};
}

// A connected route is no part of what was planned.
void Simulation::note_deletion(const plan::DeleteRoute& op) {
  const auto& routes = states_[op.node.index()].routes;
  const bool was_planned = std::ranges::any_of(
      routes, [&](const state::Route& route) { return state::is_meant_by(route, op.route); });
  if (!was_planned) extras_[op.node.index()].deleted_routes.push_back(op.route);
}

// It comes back with its interface.
void Simulation::note_link(const plan::SetLink& op) {
  if (!op.up) return;
  std::erase_if(extras_[op.node.index()].deleted_routes, [&](const state::Route& route) {
    return !route.interface || route.interface == op.interface;
  });
}

void Simulation::apply(const plan::Operation& operation) {
  if (const auto* op = std::get_if<plan::DeleteRoute>(&operation)) note_deletion(*op);
  if (const auto* op = std::get_if<plan::SetLink>(&operation)) note_link(*op);
  foresee(operation, states_);
  if (const auto* op = std::get_if<plan::AddBridgeEntry>(&operation)) {
    extras_[op->node.index()].entries.push_back(op->entry);
  } else if (const auto* impair = std::get_if<plan::Impair>(&operation)) {
    extras_[impair->node.index()].impairments[impair->interface] = impair->impairment;
  } else if (const auto* text = std::get_if<plan::LoadRulesText>(&operation)) {
    load(text->node, text->rules);
  } else if (const auto* rules = std::get_if<plan::LoadRuleset>(&operation)) {
    load(rules->node, rules->ruleset);
  } else if (const auto* flush = std::get_if<plan::FlushRuleset>(&operation)) {
    extras_[flush->node.index()].ruleset = {};
    extras_[flush->node.index()].rules_unknown.clear();
  }
}

// Tables of the same names are replaced.
void Simulation::load(NodeId id, const firewall::Ruleset& ruleset) {
  auto& tables = extras_[id.index()].ruleset.tables;
  for (const firewall::Table& table : ruleset.tables) {
    std::erase_if(tables, [&](const firewall::Table& t) {
      return t.family == table.family && t.name == table.name;
    });
    tables.push_back(table);
  }
}

void Simulation::load(NodeId id, const topology::RulesText& rules) {
  const auto compiled = compile_rules(compile_, id, rules);
  if (compiled) return load(id, *compiled);
  extras_[id.index()].rules_unknown = compiled.error();
}

evidence::Verdict to_verdict(const sim::Prediction& prediction) {
  return {.request = prediction.request,
          .reply = prediction.reply,
          .at_target = prediction.at_target,
          .back_at_sender = prediction.back_at_sender};
}

}  // namespace topoproof::checks
