// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/prediction.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "checks/check_result.hh"
#include "checks/divergence.hh"
#include "checks/expectation.hh"
#include "checks/simulation.hh"
#include "probe/echo.hh"

namespace topoproof::checks {
namespace {

using scenario::Check;
using scenario::CheckResult;
using scenario::Outcome;
using scenario::Scenario;

// As the prober's: the first of its ports, and after the last the first again; never that which the
// flow is sent to.
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
  auto port = static_cast<std::uint16_t>(kFirstPort + number % kPorts);
  if (port == flow.service.port)
    port = static_cast<std::uint16_t>(kFirstPort + (number + 1) % kPorts);
  return {flow, flow.source_port.value_or(port)};
}

sim::Question question_of(const evidence::Case& evidence) {
  sim::Question question = question_of(evidence.flow, evidence.number);
  const auto& sent = evidence.attempt.sent;
  if (sent && sent->protocol != flow::Protocol::Icmp) question.source_port = sent->source_port;
  return question;
}

bool is_as_foretold(const sim::Prediction& prediction, const evidence::Verdict& verdict,
                    const topology::Topology& topology) {
  return prediction.unknown.empty() && !first_difference(verdict, prediction, topology);
}

// The sender's own node may have drawn one before anything was seen.
std::vector<std::uint16_t> ports_on_the_way(const Judged& judged) {
  std::vector<std::uint16_t> ports;
  const flow::Trace& trace = judged.verdict.request.trace;
  if (trace.empty()) return ports;
  const flow::Tuple sent = judged.evidence.attempt.sent.value_or(trace.front().tuple);
  for (const flow::Step& step : trace) {
    for (const std::uint16_t port : {step.tuple.source_port, step.tuple.destination_port}) {
      const bool is_new = port != 0 && port != sent.source_port && port != sent.destination_port;
      if (is_new && std::ranges::find(ports, port) == ports.end()) ports.push_back(port);
    }
  }
  return ports;
}

namespace {

// The outcome that the kernel was seen to have drawn; else the first, or one that is unknown.
const sim::Prediction& outcome_of(const sim::Prediction& prediction, const Judged& judged,
                                  const topology::Topology& topology) {
  if (prediction.others.empty() || is_as_foretold(prediction, judged.verdict, topology)) {
    return prediction;
  }
  for (const sim::Prediction& other : prediction.others) {
    if (is_as_foretold(other, judged.verdict, topology)) return other;
  }
  const auto unknown = std::ranges::find_if(
      prediction.others, [](const sim::Prediction& other) { return !other.unknown.empty(); });
  return unknown == prediction.others.end() ? prediction : *unknown;
}

}  // namespace

void compare_with(const sim::Prediction& all, const Judged& judged,
                  const topology::Topology& topology, CheckResult& result) {
  if (result.outcome == Outcome::Error || result.outcome == Outcome::Skipped) return;
  const sim::Prediction& prediction = outcome_of(all, judged, topology);
  if (!prediction.unknown.empty()) {
    result.unpredicted = 1;
    result.unknown = describe_all(prediction.unknown);
    return;
  }
  const evidence::Verdict simulated = to_verdict(prediction);
  if (result.in_kernel.is_known()) result.in_simulator = way_of(simulated);
  explain_with(judged, simulated, topology, result);
  const auto difference = first_difference(judged.verdict, prediction, topology);
  if (!difference) return;
  result.differs = true;
  result.notes.push_back("kernel and simulator differ: " + *difference);
  if (!all.others.empty()) {
    result.notes.push_back(fmt::format("that is none of the {} outcomes that the kernel may draw",
                                       all.others.size() + 1));
  }
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

namespace {

CheckResult make_outcome(const Check& check, const sim::Prediction& prediction,
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

}  // namespace

CheckResult make_predicted_result(const Check& check, const sim::Prediction& prediction,
                                  const Scenario& scenario, const Detail& detail) {
  CheckResult result = make_outcome(check, prediction, scenario, detail);
  for (const sim::Prediction& other : prediction.others) {
    CheckResult also = make_outcome(check, other, scenario, detail);
    if (also.outcome == result.outcome) continue;
    if (also.outcome == Outcome::Unknown) return also;
    result.outcome = Outcome::Unknown;
    result.unknown =
        fmt::format("the kernel draws at random: {}, or {}", result.observed, also.observed);
    result.observed = "unknown: " + result.unknown;
    return result;
  }
  return result;
}

}  // namespace topoproof::checks
