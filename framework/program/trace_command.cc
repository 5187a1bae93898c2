// SPDX-License-Identifier: GPL-2.0-or-later
// One flow's way, as the kernel carries it and as the simulator foretells it.
#include <fmt/format.h>

#include "base/printable.hh"
#include "checks/check_result.hh"
#include "checks/ladder.hh"
#include "checks/prediction.hh"
#include "program/commands.hh"
#include "program/input_files.hh"
#include "program/refusal_notes.hh"
#include "runner/runner.hh"
#include "scenario/reader.hh"
#include "sys/sandbox.hh"
#include "sys/sweeper.hh"

namespace topoproof::program {
namespace {

using scenario::CheckResult;
using scenario::Outcome;

std::string ways(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "  " + printable(line) + "\n";
  return text;
}

// One line a reason or an advice, under a label.
std::string labelled(std::string_view label, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += fmt::format("  {:<8} {}\n", label, printable(line));
    label = "";
  }
  return text;
}

std::string explanation_text(const std::vector<std::string>& why,
                             const std::vector<std::string>& change) {
  return labelled("why", why) + labelled("change", change);
}

// RETURNS: the rules that are refused: then nothing is shown.
Issues show_prediction(const scenario::Scenario& network, const flow::Flow& flow, bool compiles,
                       bool explain, const Console& console) {
  RefusalNotes refused(network, compiles);
  checks::Simulation simulation(network, refused.compiler());
  if (Issues wrong = refused.issues(); has_errors(wrong)) return wrong;
  const auto prediction = simulation.predict(checks::question_of(flow, 0));
  std::string reasons;
  if (explain && prediction.unknown.empty()) {
    const auto verdict = checks::to_verdict(prediction);
    const auto explanation = checks::explain_verdict(flow, verdict, network.topology);
    reasons = explanation_text(explanation.why, explanation.change);
  }
  console.out(fmt::format("in the simulator: {}\n{}{}",
                          checks::ending_text(prediction, network.topology), reasons,
                          ways(checks::ladder(prediction, network.topology))));
  return {};
}

// Where a flow is to be delivered somebody is made to listen: that would explain away what is to be
// explained.
scenario::Expectation expectation(const TraceCommand& command) {
  if (!command.explain) return {};
  return {.should = {.fate = flow::FateKind::Refused}};
}

// The flow is the only check there.
CheckResult seen_of(const scenario::ScenarioResult& result) {
  if (!result.error.empty()) return {.outcome = Outcome::Error, .observed = result.error};
  return result.checks.empty() ? CheckResult{.outcome = Outcome::Error} : result.checks.front();
}

int code_of(Outcome seen, bool input_is_wrong) {
  if (seen == Outcome::Error) return input_is_wrong ? kInputWrong : kHarnessFailed;
  return seen == Outcome::Diverged ? kDiverged : kPassed;
}

}  // namespace

int run_trace(const TraceCommand& command, const Console& console, bool compiles) {
  Issues issues;
  scenario::Scenario network = read_network(command.file, command.variants, issues);
  if (!has_errors(issues)) {
    auto flow = scenario::parse_flow(command.flow, network.topology);
    if (!flow) issues = std::move(flow.error());
    if (flow) {
      // The first step alone: the network as it is before anything changes.
      network.steps.resize(1);
      network.steps.front().changes.clear();
      network.steps.front().checks = {scenario::Check{
          .name = command.flow, .where = {}, .flow = *flow, .expected = expectation(command)}};
    }
  }
  console.error(to_string(issues));
  if (has_errors(issues)) return kInputWrong;
  const flow::Flow& flow = std::get<scenario::Check>(network.steps.front().checks.front()).flow;
  console.out(scenario::describe(flow, network.topology) + "\n");
  int code = kPassed;
  if (command.with != Executors::Simulator) {
    sys::raise_open_file_limit();
    const sys::Sweeper sweeper;
    const scenario::ScenarioResult result = runner::run(
        network, {.predict = command.with == Executors::Both, .verbose = true, .decisions = true});
    const CheckResult seen = seen_of(result);
    console.out(fmt::format("in the kernel: {}{}{}", printable_lines(seen.observed),
                            command.explain ? explanation_text(seen.why, seen.change) : "",
                            ways(seen.hops)));
    console.out(ways(seen.notes));
    code = code_of(seen.outcome, result.input_is_wrong);
    if (seen.differs && code == kPassed) code = kDiverged;
  }
  // One explanation is enough where the kernel was asked as well: it says where they differ.
  const bool explain = command.explain && command.with == Executors::Simulator;
  const bool foretell = command.with != Executors::Kernel && (explain || !command.explain);
  if (!foretell || code == kInputWrong) return code;
  const Issues wrong = show_prediction(network, flow, compiles, explain, console);
  return wrong.empty() ? code : refuse(console, wrong);
}

}  // namespace topoproof::program
