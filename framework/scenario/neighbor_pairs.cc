// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/neighbor_pairs.hh"

#include <algorithm>
#include <map>

#include "topology/interfaces.hh"

namespace topoproof::scenario {
namespace {

class Pairs {
 public:
  explicit Pairs(const topology::Topology& topology) : topology_(topology) {}

  void add(NodeId from, const IpAddress& to, const Expectation& expected) {
    const bool asks = expected.should.fate == flow::FateKind::NoNeighbor ||
                      (expected.reply && expected.reply->fate == flow::FateKind::NoNeighbor);
    const auto on_link = [&](const Prefix& network) { return network.contains(to); };
    if (asks || !std::ranges::any_of(networks_of(from), on_link)) return;
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

}  // namespace topoproof::scenario
