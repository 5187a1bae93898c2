// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/prediction.hh"

#include <utility>

#include <fmt/format.h>

#include "probe/echo.hh"
#include "scenario/check_result.hh"
#include "scenario/divergence.hh"
#include "scenario/expectation.hh"
#include "scenario/simulation.hh"

namespace topoproof::scenario {
namespace {

// As the prober's: the first of its ports, and after the last the first again.
constexpr std::uint32_t kFirstPort = 20'000;
constexpr std::uint32_t kPorts = 41'000;

std::string describe_all(const std::vector<sim::Unknown>& unknown) {
  return unknown.empty() ? std::string() : describe(unknown.front());
}

// Where nothing is explained yet, the check passed.
void explain_with(const Judged& judged, const evidence::Verdict& simulated,
                  const topology::Topology& topology, CheckResult& result) {
  if (result.hops.empty()) return;
  const auto& flow = judged.evidence.flow;
  auto joined =
      explain::join({result.why, result.change}, explain_verdict(flow, simulated, topology));
  result.why = std::move(joined.why);
  result.change = std::move(joined.change);
}

}  // namespace

sim::Question question_of(const flow::Flow& flow, std::uint32_t number) {
  if (flow.service.protocol == flow::Protocol::Icmp) {
    const probe::EchoName name = probe::echo_name(number);
    return {flow, name.id, name.sequence};
  }
  const auto port = static_cast<std::uint16_t>(kFirstPort + number % kPorts);
  return {flow, flow.source_port.value_or(port)};
}

sim::Question question_of(const evidence::Case& evidence) {
  sim::Question question = question_of(evidence.flow, evidence.number);
  const auto& sent = evidence.attempt.sent;
  if (sent && sent->protocol != flow::Protocol::Icmp) question.source_port = sent->source_port;
  return question;
}

void compare_with(const sim::Prediction& prediction, const Judged& judged,
                  const topology::Topology& topology, CheckResult& result) {
  if (result.outcome == Outcome::Error || result.outcome == Outcome::Skipped) return;
  if (!prediction.unknown.empty()) {
    result.unpredicted = 1;
    result.unknown = describe_all(prediction.unknown);
    return;
  }
  const evidence::Verdict simulated = to_verdict(prediction);
  if (result.in_kernel.is_known()) result.in_simulator = way_of(simulated);
  explain_with(judged, simulated, topology, result);
  const auto difference = first_difference(judged.verdict, simulated, topology);
  if (!difference) return;
  result.notes.push_back("kernel and simulator differ: " + *difference);
  if (result.outcome != Outcome::Passed) return;
  result.outcome = Outcome::Diverged;
  result.hops = hop_lines(judged.verdict, topology);
  result.why = explain_verdict(judged.evidence.flow, judged.verdict, topology).why;
  explain_with(judged, simulated, topology, result);
  result.in_kernel = way_of(judged.verdict);
  result.in_simulator = way_of(simulated);
  result.hops.emplace_back("in the simulator:");
  for (std::string& line : hop_lines(simulated, topology)) result.hops.push_back(std::move(line));
}

CheckResult make_predicted_result(const Check& check, const sim::Prediction& prediction,
                                  const Scenario& scenario, const Detail& detail) {
  Judged judged;
  judged.verdict = to_verdict(prediction);
  CheckResult result = make_result(check, judged, scenario, detail);
  result.in_simulator = std::exchange(result.in_kernel, {});
  if (prediction.unknown.empty()) return result;
  result.outcome = Outcome::Unknown;
  result.unknown = describe_all(prediction.unknown);
  result.observed = "unknown: " + result.unknown;
  return result;
}

}  // namespace topoproof::scenario
