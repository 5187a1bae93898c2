// SPDX-License-Identifier: GPL-2.0-or-later
// How flows end, as far as a check can tell it; and all flows that a network can be asked about.
// Two networks in which all of these end alike cannot be told apart by a check of one flow.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "mutation/network.hh"
#include "sim/simulator.hh"

namespace topoproof::mutation {

struct Ending {
  scenario::Verdict request = {};
  std::optional<scenario::Verdict> reply = {};
  // Of a flow that was delivered: as the target saw it, the nodes that routed it, and whether the
  // reply came back as the answer to what was sent.
  std::optional<flow::Tuple> at_target = {};
  std::vector<NodeId> path = {};
  bool answered = false;
  bool unknown = false;  // to the simulator: then the rest is nothing
  friend bool operator==(const Ending&, const Ending&) = default;
};
Ending ending_of(const sim::Prediction& prediction);

// As it is, and with listeners for every service at every node: there, translations of flows show
// that nobody takes in the file.
enum class Listening { AsItIs, Everyone };

struct AskedFlow {
  std::size_t step = 0;  // whose changes are made by then
  Listening listening = Listening::AsItIs;
  flow::Flow flow;
};

// From every node, to every address of the network and one that nobody has, with every service
// that the file and its rules name, their neighbours, echo, and one of TCP and of UDP that nobody
// names; from each address that its sender has, and with the source ports, sizes and TTLs that
// rules name; in the network as it is in each step. Each meets it without connections.
class Questions {
 public:
  explicit Questions(const Network& network);

  std::size_t size() const { return steps_.size() * 2 * flows_.size(); }
  AskedFlow at(std::size_t index) const;

  // Asks a network with the same nodes and steps, until `tell` returns false.
  // THROWS: std::runtime_error if it cannot be planned.
  using Tell = std::function<bool(std::size_t index, const Ending& ending)>;
  void ask(const Network& network, const Tell& tell) const;
  // One of them, with all that is known.
  sim::Prediction predict(const Network& network, std::size_t index) const;

 private:
  bool ask(const Network& network, Listening listening, const Tell& tell) const;

  std::vector<flow::Flow> flows_;
  std::vector<flow::Service> services_;
  std::vector<std::size_t> steps_;  // those that change something, and the first
};

// What its question was, for the simulator.
sim::Question question_of(const flow::Flow& flow);

}  // namespace topoproof::mutation
