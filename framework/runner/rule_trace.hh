// SPDX-License-Identifier: GPL-2.0-or-later
// Which rule ended a packet: nft trace events of the nodes that have rules, collected while probes
// pass, and looked up afterwards by what the packet carried.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "evidence/witness.hh"
#include "lab/lab.hh"
#include "sys/event_loop.hh"

namespace topoproof::runner {

class RuleTrace {
 public:
  explicit RuleTrace(sys::EventLoop& loop);
  ~RuleTrace();
  RuleTrace(const RuleTrace&) = delete;
  RuleTrace& operator=(const RuleTrace&) = delete;

  // Starts to trace every packet of the node. The table that does it is seen by nobody who
  // compares rulesets: start after that. Does nothing if the node is traced already.
  void start(lab::Lab& lab, NodeId node);
  const std::set<NodeId>& traced() const;
  // After the node's rules were replaced: the table went with them.
  void restart(lab::Lab& lab, NodeId node);
  void forget_events();

  std::optional<evidence::RuleHit> find(NodeId node, const evidence::PacketName& packet);
  // A rule that took a packet, which went on, or bound its translation.
  struct Passed {
    bool before_route = false;  // of a packet that came in
    evidence::RuleHit hit;
  };
  // From now on what passes is told of as well.
  void keep_passed();
  // In order. `as_left`: the packet as it left the node, or came to a socket there.
  std::vector<Passed> passed(NodeId node, const evidence::PacketName& as_came,
                             const flow::Tuple& as_left);
  // See evidence::Witness::routed_tuple; with the mark that the packet had then.
  struct Routed {
    flow::Tuple tuple;
    std::uint32_t mark = 0;
  };
  std::optional<Routed> routed(NodeId node, const evidence::PacketName& packet);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace topoproof::runner
