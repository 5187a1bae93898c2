// SPDX-License-Identifier: GPL-2.0-or-later
// A scenario's network in the simulator, instead of the kernel: the same plan, the same listeners,
// the same changes.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/issue.hh"
#include "evidence/judge.hh"
#include "firewall/ruleset.hh"
#include "plan/plan.hh"
#include "scenario/outcome.hh"
#include "scenario/scenario.hh"
#include "sim/simulator.hh"

namespace topoproof::checks {

// From the user's own rules at a node to the program that the kernel makes of them, perhaps with
// others that the node has. RETURNS: why not, as a sentence.
using RuleCompiler = std::function<std::expected<firewall::Ruleset, std::string>(
    NodeId node, const topology::RulesText& rules)>;

class Simulation {
 public:
  // Without a compiler, nothing is predicted of what meets rules that are written as text.
  // THROWS: std::runtime_error if the network cannot be planned.
  explicit Simulation(const scenario::Scenario& scenario, const RuleCompiler& compile = {});

  // `seen`: see sim::Simulator.
  // Unknown as well if it comes by a node of which something was not captured. What nodes learned
  // from it of the MTU of their ways is forgotten: each flow finds the network as it was planned.
  sim::Prediction predict(const sim::Question& question, const sim::Simulator::Seen& seen = {});
  void expect_draws(std::vector<std::uint16_t> ports) {
    simulator_->expect_draws(std::move(ports));
  }
  void change(const scenario::Change& change);
  void flush_connections() { simulator_->flush_connections(); }
  // Of the rules that are loaded now, and of those that others replaced.
  std::vector<scenario::RuleUse> rule_uses() const;
  // Of the routes that the file gives.
  std::vector<scenario::RouteUse> route_uses(const topology::Topology& topology) const;

 private:
  sim::Node node(NodeId id) const;
  void apply(const plan::Operation& operation);
  void load(NodeId id, const firewall::Ruleset& ruleset);
  void load(NodeId id, const topology::RulesText& rules);

  // What a namespace holds besides its state.
  struct Extras {
    std::vector<state::BridgeEntry> entries = {};
    firewall::Ruleset ruleset = {};
    std::string rules_unknown = {};
    std::vector<sim::Listener> listeners = {};
    std::map<std::string, impair::Impairment> impairments = {};
    std::vector<state::Route> deleted_routes = {};  // that the kernel had added
  };
  void note_deletion(const plan::DeleteRoute& op);
  void note_link(const plan::SetLink& op);
  void flap(const scenario::FlapLink& link);
  void carry_out(const std::vector<plan::Step>& steps);
  void doubt(sim::Prediction& prediction, NodeId from) const;
  void doubt_refusal(sim::Prediction& prediction) const;

  RuleCompiler compile_;
  std::vector<topology::Gap> gaps_;
  std::map<NodeId, topology::Program> silent_;  // programs that may listen on any port
  std::optional<plan::Plan> plan_;              // where links flap
  std::vector<std::string> names_;
  plan::States states_;
  std::vector<Extras> extras_;
  std::optional<sim::Simulator> simulator_;
  std::vector<scenario::RuleUse> replaced_;
};

// The same as the kernel's witnesses would tell it.
evidence::Verdict to_verdict(const sim::Prediction& prediction);

}  // namespace topoproof::checks
