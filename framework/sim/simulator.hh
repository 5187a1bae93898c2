// SPDX-License-Identifier: GPL-2.0-or-later
// A network without a kernel: what Linux would do with a flow, answered with a complete trace. It
// reads no clock and draws no random number: the same questions in the same order have the same
// answers, byte for byte.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flow/trace.hh"
#include "sim/network.hh"
#include "state/connection.hh"

namespace topoproof::sim {

// Something that the simulator does not model decided about a packet: no guess is made.
struct Unknown {
  std::string reason;  // "a limit on bytes", "rules not compiled"
  Location where = {};
  NodeId node;
  friend auto operator<=>(const Unknown&, const Unknown&) = default;
};
std::string describe(const Unknown& unknown);  // "file:line: reason"

// A port (or ICMP identifier) that NAT draws at random: any from first to last would do as well.
struct DrawnPort {
  std::uint16_t port = 0;
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  friend auto operator<=>(const DrawnPort&, const DrawnPort&) = default;
};

// What becomes of a flow, in the words of evidence::Verdict. Where `unknown` is not empty nothing
// of the rest is claimed: it is as far as the simulator came.
struct Prediction {
  flow::Journey request;
  std::optional<flow::Journey> reply = {};  // only if the request was delivered
  std::optional<flow::Tuple> at_target = {};
  std::optional<flow::Tuple> back_at_sender = {};
  std::vector<Unknown> unknown = {};
  std::vector<DrawnPort> drawn_ports = {};
  // What else the kernel may do, where it draws at random: a way of several, a number in a rule.
  std::vector<Prediction> others = {};
};

// A flow with the numbers that a prober chose for it, so that both can be compared.
struct Question {
  flow::Flow flow;
  std::uint16_t source_port = 40000;  // of an echo: its identifier
  std::uint16_t echo_sequence = 1;
};

// A rule, and for how many packets all that it asks held.
struct RuleUse {
  NodeId node;
  std::string text;  // "inet filter input: tcp dport 22 drop"
  Location where = {};
  std::uint64_t packets = 0;
  friend auto operator<=>(const RuleUse&, const RuleUse&) = default;
};

// The counter of a rule that has one, by the rule's handle.
struct RuleCounter {
  firewall::TableFamily family = firewall::TableFamily::Ip;
  std::string table;
  std::uint64_t handle = 0;
  firewall::Counter counter;
  friend auto operator<=>(const RuleCounter&, const RuleCounter&) = default;
};

// A frame that came to an interface over a wire, as a packet socket there shows it; an
// identification of IPv4 that a kernel would draw is 0.
using Tap = std::function<void(NodeId node, const std::string& interface, BytesView frame)>;

class Simulator {
 public:
  explicit Simulator(std::span<const Node> nodes);
  // Node by node: so large networks need not be there as values all at once.
  using NodeMaker = std::function<Node(std::size_t)>;
  Simulator(std::size_t count, const NodeMaker& make);
  ~Simulator();
  Simulator(Simulator&&) noexcept;
  Simulator& operator=(Simulator&&) noexcept;

  // Sends the flow and waits, in virtual time, until nothing is under way any more. What the
  // network learns from it (neighbours, stations, connections) stays.
  // `seen`: tells which of several outcomes that the kernel may draw is what it did. That one is
  // returned, with the others; the first if none is.
  using Seen = std::function<bool(const Prediction&)>;
  Prediction predict(const Question& question, const Seen& seen = {});

  // Puts a frame on the wire before an interface, and waits as above. RETURNS: what on the way of
  // the frame, and of what it caused, is not modelled.
  std::vector<Unknown> inject(NodeId node, const std::string& interface, BytesView frame);
  // The same, but virtual time stands still: who waits for a neighbour goes on when wait() comes to
  // the time at which he asks again, or gives up.
  std::vector<Unknown> inject_now(NodeId node, const std::string& interface, BytesView frame);
  // From now on each frame that arrives anywhere is shown.
  void watch(Tap tap);
  // Where the kernel would draw a port (or ICMP identifier) at random, one of these is taken if the
  // kernel could have drawn it: so a simulation follows what a kernel was seen to do.
  void expect_draws(std::vector<std::uint16_t> drawn);
  // Without traces it is faster; predictions then say how flows end, not their ways.
  void keep_trace(bool keep);

  // All rules of all nodes, with how many packets they matched since they were loaded.
  std::vector<RuleUse> rule_uses() const;
  // Packets for which the node's routing chose this route.
  std::uint64_t route_use(NodeId node, const state::Route& route) const;
  std::vector<RuleCounter> counters(NodeId node) const;
  // What the node tracks now, in no order; timeouts are left out.
  std::vector<state::Connection> connections(NodeId node) const;

  // Puts another description in a node's place. What it has learned stays, as far as it still has
  // the interface. REQUIRES: links are those that it had; their state may differ.
  void change(NodeId id, const Node& node);
  // Gives the node other rules, and nothing else.
  void load(NodeId node, firewall::Ruleset ruleset);
  // Virtual time goes on, with all that is due meanwhile.
  void wait(std::chrono::nanoseconds time);
  std::chrono::nanoseconds now() const;  // virtual time, since the simulation began
  // What nodes have learned of the MTU of their ways, as `ip route flush cache` in every node.
  void forget_path_mtus();
  // As `conntrack -F` in every node.
  void flush_connections();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace topoproof::sim
