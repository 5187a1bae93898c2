// SPDX-License-Identifier: GPL-2.0-or-later
// The simulator's side of a campaign: the network of a shape, asked frame by frame. It is asked
// first, for answers and errors are made from what it says came out.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "campaign/diagnosis.hh"
#include "campaign/question.hh"
#include "generator/shape.hh"
#include "plan/plan.hh"
#include "sim/simulator.hh"

namespace topoproof::campaign {

// A mistake that is made on purpose, in one side of the comparison: what the simulator is told in
// place of the ruleset, and what is made of its answer. A campaign that does not find it proves
// nothing.
struct PlantedFault {
  std::string name = {};
  std::function<void(firewall::Ruleset&)> in_rules = nullptr;
  std::function<void(Answer&)> in_answer = nullptr;
};

class Model {
 public:
  // REQUIRES: the plan is that of the shape.
  Model(const generator::Shape& shape, const plan::Plan& plan, PlantedFault fault = {});
  Model(const Model&) = delete;  // the simulator shows it frames
  Model& operator=(const Model&) = delete;

  // Makes the packets of the case on the way. RETURNS: or why nothing can be said of it.
  struct Told {
    Question question;
    Answer answer;
  };
  std::expected<Told, std::string> ask(generator::Case made);
  std::expected<Answer, std::string> ask(const Question& question);

  // Of the last question, rule by rule.
  Matches matches() const;

 private:
  struct Seen {  // by an edge
    std::size_t port = 0;
    Bytes frame;
  };
  void load(const firewall::Ruleset& ruleset);
  void see(NodeId node, BytesView frame);
  // RETURNS: why nothing can be said; empty if all is well.
  std::string send(const Packet& packet, std::vector<Seen>& out);
  bool may_linger(const Packet& packet);
  bool is_drawn(BytesView frame) const;
  Answer finish(Answer answer) const;

  const generator::Shape& shape_;
  PlantedFault fault_;
  std::set<std::uint16_t> ports_;               // and identifiers, that packets and rules mention
  const firewall::Ruleset* ruleset_ = nullptr;  // the question's
  std::optional<bool> tracks_;                  // the rules, where somebody asked
  sim::Simulator simulator_;
  std::vector<Seen> seen_;
  bool asked_for_neighbor_ = false;
};

}  // namespace topoproof::campaign
