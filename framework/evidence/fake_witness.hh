// SPDX-License-Identifier: GPL-2.0-or-later
// A witness that answers from tables, for tests of the judge.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "evidence/witness.hh"

namespace topoproof::evidence {

struct FakeWitness : Witness {
  std::vector<std::string> names;
  std::set<NodeId> forwarding;
  std::set<NodeId> deaf;  // they ignore echo requests
  std::set<NodeId> with_rules;
  std::set<std::pair<NodeId, flow::Service>> listeners;
  std::set<std::pair<NodeId, flow::Service>> programs;
  std::set<NodeId> traced;
  std::set<std::pair<NodeId, std::uint32_t>> ports;
  std::map<LinkEnd, LinkEnd> far_ends;
  std::map<std::pair<NodeId, IpAddress>, RouteAnswer> routes;  // by destination
  std::map<std::pair<NodeId, IpAddress>, NeighborAnswer> neighbors;
  std::map<NodeId, RuleHit> hits;
  std::map<NodeId, flow::Tuple> routed;
  bool isolated = false;

  std::string node_name(NodeId node) const override { return names.at(node.index()); }
  std::string interface_name(NodeId, std::uint32_t index) const override {
    return "eth" + std::to_string(index);
  }
  bool forwards(NodeId node, Family, std::uint32_t) const override {
    return forwarding.contains(node);
  }
  bool answers_echoes(NodeId node, Family) override { return !deaf.contains(node); }
  bool has_rules(NodeId node) const override { return with_rules.contains(node); }
  bool listens(NodeId node, flow::Service service) const override {
    return listeners.contains({node, service});
  }
  bool is_program(NodeId node, flow::Service service) const override {
    return programs.contains({node, service});
  }
  bool traces_rules(NodeId node) const override { return traced.contains(node); }
  bool is_bridge_port(NodeId node, std::uint32_t interface) const override {
    return ports.contains({node, interface});
  }
  std::optional<LinkEnd> far_end(NodeId node, std::uint32_t interface) const override {
    const auto found = far_ends.find({node, interface});
    return found == far_ends.end() ? std::nullopt : std::optional(found->second);
  }
  void connect(LinkEnd a, LinkEnd b) {
    far_ends[a] = b;
    far_ends[b] = a;
  }
  RouteAnswer route(NodeId node, const flow::Tuple& tuple, std::uint32_t) override {
    const auto found = routes.find({node, tuple.destination});
    return found == routes.end() ? RouteAnswer{} : found->second;
  }
  NeighborAnswer neighbor(NodeId node, std::uint32_t, const IpAddress& address) override {
    const auto found = neighbors.find({node, address});
    return found == neighbors.end() ? NeighborAnswer::Unknown : found->second;
  }
  std::optional<RuleHit> rule_hit(NodeId node, const PacketName&) override {
    const auto found = hits.find(node);
    return found == hits.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<flow::Tuple> routed_tuple(NodeId node, const PacketName&) override {
    const auto found = routed.find(node);
    return found == routed.end() ? std::nullopt : std::optional(found->second);
  }
  bool isolated_from_each_other(NodeId, std::uint32_t, const IpAddress&) override {
    return isolated;
  }
};

}  // namespace topoproof::evidence
