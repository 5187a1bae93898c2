// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/simulated_run.hh"

#include <exception>

#include "checks/prediction.hh"
#include "runner/detail.hh"
#include "scenario/changes.hh"
#include "scenario/stateful.hh"
#include "scenario/tally.hh"
#include "sys/event_loop.hh"

namespace topoproof::runner {
namespace {

using checks::make_predicted_result;
using checks::question_of;
using checks::RuleCompiler;
using checks::Simulation;
using scenario::Change;
using scenario::Check;
using scenario::CheckItem;
using scenario::has_stateful_rules;
using scenario::Observer;
using scenario::Phase;
using scenario::Progress;
using scenario::Scenario;
using scenario::ScenarioResult;
using scenario::Step;
using scenario::Tally;

class SimulatedRun {
 public:
  SimulatedRun(const Scenario& scenario, const RuleCompiler& compile, const RunOptions& options,
               const Observer& observer)
      : scenario_(scenario),
        compile_(compile),
        options_(options),
        observer_(observer),
        topology_(scenario.topology) {
    result_ = scenario::result_of(scenario);
    progress_.flows = scenario::flow_count(scenario);
  }

  ScenarioResult run() {
    const auto begin = sys::Clock::now();
    try {
      tell(Phase::Building);
      simulation_.emplace(scenario_, compile_);
      const auto built = sys::Clock::now();
      result_.timing.build = built - begin;
      for (const Step& step : scenario_.steps) carry_out(step);
      result_.timing.checks = sys::Clock::now() - built;
      result_.rules = simulation_->rule_uses();
      result_.routes = simulation_->route_uses(scenario_.topology);
    } catch (const std::exception& refused) {
      result_.error = refused.what();
    }
    return std::move(result_);
  }

 private:
  bool stopped() {
    const bool stop = options_.stop != nullptr && *options_.stop;
    result_.interrupted |= stop;
    return stop;
  }

  void tell(Phase phase) {
    progress_.phase = phase;
    if (observer_) observer_(progress_);
  }

  void carry_out(const Step& step) {
    for (const Change& change : step.changes) {
      simulation_->change(change);
      apply_to(topology_, change);
    }
    const bool serial = has_stateful_rules(topology_);
    for (const CheckItem& item : step.checks) check(item, serial);
  }

  void check(const CheckItem& item, bool serial) {
    Tally tally(item);
    for (std::size_t i = 0; i < flow_count(item) && !stopped(); ++i) {
      const Check check = check_at(item, topology_, i);
      if (serial) simulation_->flush_connections();
      const auto number = static_cast<std::uint32_t>(progress_.flows_done++);
      const sim::Prediction prediction = simulation_->predict(question_of(check.flow, number));
      tally.add(make_predicted_result(check, prediction, scenario_, detail_of(options_)),
                options_.verbose);
      if (number % kFlowsBetweenReports == 0) tell(Phase::Checking);
    }
    tally.report(result_.checks);
  }
  static constexpr std::uint32_t kFlowsBetweenReports = 4096;

  const Scenario& scenario_;
  const RuleCompiler& compile_;
  const RunOptions& options_;
  const Observer& observer_;
  topology::Topology topology_;  // with all changes so far
  std::optional<Simulation> simulation_;
  Progress progress_;
  ScenarioResult result_;
};

}  // namespace

ScenarioResult simulate(const Scenario& scenario, const RuleCompiler& compile,
                        const RunOptions& options, const Observer& observer) {
  return SimulatedRun(scenario, compile, options, observer).run();
}

}  // namespace topoproof::runner
