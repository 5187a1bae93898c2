// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/neighbor_pairs.hh"

#include <algorithm>
#include <map>
#include <set>

#include "topology/interfaces.hh"

namespace topoproof::scenario {
namespace {

bool is_about_asking(const Expectation& expected) {
  return expected.should.fate == flow::FateKind::NoNeighbor ||
         (expected.reply && expected.reply->fate == flow::FateKind::NoNeighbor);
}

class Pairs {
 public:
  explicit Pairs(const topology::Topology& topology) : topology_(topology) {}

  void add(NodeId from, const IpAddress& to, const Expectation& expected) {
    if (is_about_asking(expected)) return;
    const auto on_link = [&](const Prefix& network) { return network.contains(to); };
    if (!std::ranges::any_of(networks_of(from), on_link)) return;
    if (topology::owner_of(topology_, to)) pairs_.push_back({from, to});
  }

  std::vector<plan::NeighborPair> take() {
    std::ranges::sort(pairs_);
    const auto [first, last] = std::ranges::unique(pairs_);
    pairs_.erase(first, last);
    return std::move(pairs_);
  }

 private:
  // Of interfaces that have neighbours: what is on the loopback has none.
  const std::vector<Prefix>& networks_of(NodeId node) {
    auto [entry, fresh] = networks_.try_emplace(node);
    if (!fresh) return entry->second;
    for (const topology::Interface& interface : topology::interfaces_of(topology_, node)) {
      if (interface.kind == topology::Interface::Kind::Loopback) continue;
      for (const auto& address : interface.addresses) entry->second.push_back(address.network());
    }
    return entry->second;
  }

  const topology::Topology& topology_;
  std::map<NodeId, std::vector<Prefix>> networks_;
  std::vector<plan::NeighborPair> pairs_;
};

struct Collect {
  Pairs& pairs;
  void operator()(const Check& check) const {
    pairs.add(check.flow.from, check.flow.destination, check.expected);
  }
  void operator()(const Matrix& matrix) const {
    for (const NodeId from : matrix.nodes) {
      for (const IpAddress& to : matrix.addresses) pairs.add(from, to, matrix.expected);
    }
  }
};

}  // namespace

std::vector<plan::NeighborPair> neighbor_pairs_of(const Scenario& scenario) {
  Pairs pairs(scenario.topology);
  for (const Step& step : scenario.steps) {
    for (const CheckItem& item : step.checks) std::visit(Collect{pairs}, item);
  }
  return pairs.take();
}

// A check that does not say where may end at any node: all are to be quick then.
std::vector<NodeId> impatient_nodes_of(const Scenario& scenario) {
  std::set<NodeId> nodes;
  const auto add = [&](const Verdict& expected) {
    if (expected.fate != flow::FateKind::NoNeighbor) return;
    for (std::size_t i = 0; i < scenario.topology.nodes().size(); ++i) {
      if (expected.at.value_or(NodeId(i)) == NodeId(i)) nodes.insert(NodeId(i));
    }
  };
  for (const Step& step : scenario.steps) {
    for (const CheckItem& item : step.checks) {
      const Expectation& expected =
          std::visit([](const auto& i) -> const Expectation& { return i.expected; }, item);
      add(expected.should);
      if (expected.reply) add(*expected.reply);
    }
  }
  return {nodes.begin(), nodes.end()};
}

}  // namespace topoproof::scenario
