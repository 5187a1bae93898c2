// SPDX-License-Identifier: GPL-2.0-or-later
// The witness that asks the kernel of a running lab. What the topology states (who forwards, who
// listens) is taken from there; everything else is asked at the moment of the question.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "evidence/witness.hh"
#include "lab/lab.hh"
#include "runner/rule_trace.hh"
#include "topology/topology.hh"

namespace topoproof::runner {

class KernelWitness : public evidence::Witness {
 public:
  // REQUIRES: all three outlive the witness. `topology` may change between questions.
  KernelWitness(lab::Lab& lab, const topology::Topology& topology, RuleTrace& trace);

  std::string node_name(NodeId node) const override;
  std::string interface_name(NodeId node, std::uint32_t index) const override;
  bool forwards(NodeId node, Family family, std::uint32_t incoming) const override;
  bool answers_echoes(NodeId node, Family family) override;
  bool has_rules(NodeId node) const override;
  bool listens(NodeId node, flow::Service service) const override;
  bool is_program(NodeId node, flow::Service service) const override;
  bool traces_rules(NodeId node) const override { return trace_.traced().contains(node); }
  bool is_bridge_port(NodeId node, std::uint32_t interface) const override;
  std::optional<evidence::LinkEnd> far_end(NodeId node, std::uint32_t interface) const override;
  evidence::RouteAnswer route(NodeId node, const flow::Tuple& tuple,
                              std::uint32_t incoming) override;
  evidence::NeighborAnswer neighbor(NodeId node, std::uint32_t interface,
                                    const IpAddress& address) override;
  std::optional<flow::Tuple> routed_tuple(NodeId node, const evidence::PacketName& packet) override;
  std::optional<evidence::RuleHit> rule_hit(NodeId node,
                                            const evidence::PacketName& packet) override;
  bool isolated_from_each_other(NodeId node, std::uint32_t in, const IpAddress& target) override;

  // The route of a packet that goes on: "default via 10.0.0.1 dev eth0"; nothing of one that is for
  // the node itself, or finds none.
  std::optional<std::string> route_line(NodeId node, const flow::Tuple& tuple,
                                        std::uint32_t incoming);

  // Listeners that the harness opened besides those that the topology states.
  void add_listener(NodeId node, flow::Service service) { opened_.push_back({node, service}); }

 private:
  lab::Lab& lab_;
  const topology::Topology& topology_;
  RuleTrace& trace_;
  std::vector<std::pair<NodeId, flow::Service>> opened_;
  // That packets had when they were routed, as routed_tuple() found: routes may depend on it.
  std::map<std::pair<NodeId, flow::Tuple>, std::uint32_t> marks_;
  std::uint32_t mark_of(NodeId node, const flow::Tuple& tuple) const;
  bool is_own(NodeId node, flow::Service service) const;  // a listener of the harness's
  bool is_seen_listening(NodeId node, flow::Service service) const;
  // Where programs that do not say it were seen to listen.
  mutable std::set<std::pair<NodeId, flow::Service>> seen_;
  struct End {
    std::uint32_t interface = 0;
    bool is_port = false;
    evidence::LinkEnd far;
  };
  const End* find_end(NodeId node, std::uint32_t interface) const;
  // Of all links, by node: asked for every sighting, of which a node has few.
  std::vector<std::vector<End>> ends_;
};

// The node's rules, from whatever of the short forms or texts they come.
bool has_rules(const topology::Node& node);

}  // namespace topoproof::runner
