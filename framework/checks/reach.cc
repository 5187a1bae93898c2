// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/reach.hh"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "checks/ladder.hh"
#include "checks/prediction.hh"
#include "topology/interfaces.hh"

namespace topoproof::checks {
namespace {

using scenario::Scenario;

struct Target {
  NodeId node;
  IpAddress address;
};

std::vector<Target> targets_of(const topology::Topology& topology, Family family) {
  std::vector<Target> targets;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const auto address = topology::address_of(topology, NodeId(i), family);
    if (address) targets.push_back({NodeId(i), *address});
  }
  return targets;
}

class Explorer {
 public:
  Explorer(const Scenario& network, const ReachOptions& options)
      : network_(network),
        options_(options),
        targets_(targets_of(network.topology, options.family)),
        lines_(options.services.size() * targets_.size()) {}

  // Senders are shared out; each has the lines of its own.
  void run(Simulation& simulation) {
    for (std::size_t next = next_++; next < lines_.size(); next = next_++) {
      const flow::Service& service = options_.services[next / targets_.size()];
      explore(simulation, service, next % targets_.size(), lines_[next]);
    }
  }

  Reach take() {
    Reach all{.lines = {}, .uncertain = uncertain_};
    for (auto& lines : lines_) std::ranges::move(lines, std::back_inserter(all.lines));
    return all;
  }

 private:
  void explore(Simulation& simulation, const flow::Service& service, std::size_t sender,
               std::vector<std::string>& lines) {
    simulation.flush_connections();
    const NodeId from = targets_[sender].node;
    const std::string& name = network_.topology.node(from).name;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (i == sender) continue;
      const flow::Flow flow{.from = from, .destination = targets_[i].address, .service = service};
      const auto prediction = simulation.predict(question_of(flow, static_cast<std::uint32_t>(i)));
      if (!is_certain(prediction, network_.topology)) ++uncertain_;
      lines.push_back(fmt::format("{} -> {} {}: {}", name,
                                  network_.topology.node(targets_[i].node).name, to_string(service),
                                  ending(prediction)));
    }
  }

  // What came back is told only where it did not.
  std::string ending(const sim::Prediction& prediction) const {
    const bool back = prediction.unknown.empty() && prediction.reply && prediction.others.empty() &&
                      prediction.reply->fate.kind == flow::FateKind::Delivered;
    return back ? "delivered" : ending_text(prediction, network_.topology);
  }

  const Scenario& network_;
  const ReachOptions& options_;
  std::vector<Target> targets_;
  std::vector<std::vector<std::string>> lines_;  // by service, then sender
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> uncertain_ = 0;
};

}  // namespace

Reach reach(const Scenario& network, const RuleCompiler& compile, const ReachOptions& options) {
  // Built here, one after the other: compiling asks the kernel.
  std::vector<Simulation> simulations;
  for (unsigned i = 0; i < std::max(1U, options.threads); ++i) {
    simulations.emplace_back(network, compile);
  }
  Explorer explorer(network, options);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < simulations.size(); ++i) {
      threads.emplace_back([&explorer, &simulation = simulations[i]] { explorer.run(simulation); });
    }
    explorer.run(simulations.front());
  }
  return explorer.take();
}

std::vector<std::string> line_differences(std::span<const std::string> before,
                                          std::span<const std::string> after) {
  const std::set<std::string_view> old(before.begin(), before.end());
  const std::set<std::string_view> now(after.begin(), after.end());
  std::vector<std::string> differences;
  for (const std::string& line : before) {
    if (!now.contains(line)) differences.push_back("- " + line);
  }
  for (const std::string& line : after) {
    if (!old.contains(line)) differences.push_back("+ " + line);
  }
  return differences;
}

}  // namespace topoproof::checks
