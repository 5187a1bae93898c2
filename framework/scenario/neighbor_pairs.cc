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

namespace {

// Nodes that will ask for a neighbour that is not there, as far as the file tells it: whatever a
// check expects then, its end is to come soon.
class Impatient {
 public:
  explicit Impatient(const Scenario& scenario) : topology_(scenario.topology) {
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) note_addresses(NodeId(i));
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
      for (const auto& route : topology_.node(NodeId(i)).routes) add(NodeId(i), route.value);
    }
    for (const Step& step : scenario.steps) {
      for (const Change& change : step.changes) add(change);
      for (const CheckItem& item : step.checks) std::visit(*this, item);
    }
  }

  void operator()(const Check& check) {
    add(check.expected);
    if (owned_.contains(check.flow.destination)) return;
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
      if (on_link(NodeId(i), check.flow.destination)) nodes_.insert(NodeId(i));
    }
  }
  void operator()(const Matrix& matrix) { add(matrix.expected); }

  std::vector<NodeId> nodes() const { return {nodes_.begin(), nodes_.end()}; }

 private:
  // A check that does not say where may end at any node.
  void add(const Verdict& expected) {
    if (expected.fate != flow::FateKind::NoNeighbor) return;
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
      if (expected.at.value_or(NodeId(i)) == NodeId(i)) nodes_.insert(NodeId(i));
    }
  }
  void add(const Expectation& expected) {
    add(expected.should);
    if (expected.reply) add(*expected.reply);
  }
  void add(NodeId node, const state::Route& route) {
    const auto nobodys = [&](const std::optional<IpAddress>& gateway) {
      return gateway && !owned_.contains(*gateway);
    };
    const bool any = std::ranges::any_of(route.next_hops, nobodys, &state::NextHop::gateway);
    if (any || nobodys(route.gateway)) nodes_.insert(node);
  }
  void add(const Change& change) {
    if (const auto* route = std::get_if<ChangeRoute>(&change.what)) add(route->node, route->route);
  }
  bool on_link(NodeId node, const IpAddress& address) const {
    for (const topology::Interface& interface : topology::interfaces_of(topology_, node)) {
      if (interface.kind == topology::Interface::Kind::Loopback) continue;
      for (const auto& own : interface.addresses) {
        if (own.network().contains(address)) return true;
      }
    }
    return false;
  }

  void note_addresses(NodeId node) {
    for (const topology::Interface& interface : topology::interfaces_of(topology_, node)) {
      for (const auto& own : interface.addresses) owned_.insert(own.address);
    }
  }

  const topology::Topology& topology_;
  std::set<IpAddress> owned_;
  std::set<NodeId> nodes_;
};

}  // namespace

std::vector<NodeId> impatient_nodes_of(const Scenario& scenario) {
  return Impatient(scenario).nodes();
}

}  // namespace topoproof::scenario
