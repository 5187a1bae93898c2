// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/tally.hh"

#include <iterator>

#include <fmt/format.h>

namespace topoproof::scenario {
namespace {

// Failures of one matrix that are told one by one; the rest is counted.
constexpr std::size_t kMostFailures = 50;

}  // namespace

Tally::Tally(const CheckItem& item) : matrix_(std::get_if<Matrix>(&item)) {}

void Tally::add(CheckResult result, bool verbose) {
  const bool counted = matrix_ != nullptr && result.outcome == Outcome::Passed && !verbose;
  if (counted) {
    ++passed_;
    unpredicted_ += result.unpredicted;
    if (!result.unknown.empty()) why_unpredicted_ = std::move(result.unknown);
  } else if (told_.size() < kMostFailures || verbose) {
    told_.push_back(std::move(result));
  } else {
    ++untold_[{result.outcome, result.differs}];
  }
}

void Tally::report(std::vector<CheckResult>& results) {
  if (passed_ > 0) {
    // Where not all pass, the matrix as a whole has not.
    const std::size_t all = check_count(*matrix_);
    results.push_back({.name = passed_ == all
                                   ? matrix_->name
                                   : fmt::format("{}: {} of {} flows", matrix_->name, passed_, all),
                       .where = matrix_->where,
                       .flows = passed_,
                       .unpredicted = unpredicted_,
                       .unknown = std::move(why_unpredicted_),
                       .nodes = matrix_->nodes});
  }
  std::ranges::move(told_, std::back_inserter(results));
  for (const auto& [kind, flows] : untold_) {
    const auto& [outcome, differs] = kind;
    results.push_back({.name = matrix_->name,
                       .where = matrix_->where,
                       .outcome = outcome,
                       .flows = flows,
                       .observed = fmt::format("{} more flows: {}", flows, to_string(outcome)),
                       .differs = differs});
  }
}

std::size_t flow_count(const CheckItem& item) {
  const auto* matrix = std::get_if<Matrix>(&item);
  return matrix == nullptr ? 1 : check_count(*matrix);
}

std::size_t flow_count(const Scenario& scenario) {
  std::size_t flows = 0;
  for (const Step& step : scenario.steps) {
    for (const CheckItem& item : step.checks) flows += flow_count(item);
  }
  return flows;
}

ScenarioResult result_of(const Scenario& scenario) {
  ScenarioResult result{.name = scenario.name, .file = scenario.file};
  result.nodes = scenario.topology.nodes().size();
  result.links = scenario.topology.links().size();
  for (const topology::Node& node : scenario.topology.nodes()) {
    result.node_names.push_back(node.name);
  }
  return result;
}

Check check_at(const CheckItem& item, const topology::Topology& topology, std::size_t index) {
  const auto* matrix = std::get_if<Matrix>(&item);
  return matrix == nullptr ? std::get<Check>(item) : check_at(*matrix, topology, index);
}

}  // namespace topoproof::scenario
