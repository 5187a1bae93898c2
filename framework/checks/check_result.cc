// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/check_result.hh"

#include <algorithm>

#include <fmt/format.h>

#include "base/shell_word.hh"
#include "checks/expectation.hh"
#include "scenario/listeners.hh"
#include "scenario/name_expression.hh"
#include "topology/interfaces.hh"

namespace topoproof::checks {
namespace {

using scenario::Check;
using scenario::CheckResult;
using scenario::Outcome;
using scenario::Scenario;
using scenario::Way;

// In single quotes for a shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void decide(CheckResult& result, const Check& check, const Judged& judged, bool holds) {
  if (!judged.verdict.trouble.empty()) {
    result.outcome = Outcome::Error;
    result.observed = judged.verdict.trouble;
  } else if (!judged.unproved.empty()) {
    result.outcome = Outcome::Error;
    result.observed += "; not proved: " + judged.unproved;
  } else if (check.expected.expect_fail.empty()) {
    result.outcome = holds ? Outcome::Passed : Outcome::Failed;
  } else {
    result.outcome = holds ? Outcome::Failed : Outcome::Passed;
    result.notes.push_back(
        (holds ? "passed, though it is expected to fail: " : "fails, as is expected: ") +
        check.expected.expect_fail);
  }
}

// A check that is to be refused, and was delivered to a port that another check has opened.
std::optional<std::string> opened_by_another(const Check& check, const evidence::Verdict& verdict,
                                             const Scenario& scenario) {
  const flow::Fate& fate = verdict.request.fate;
  const bool got_there = fate.at && verdict.at_target && fate.kind == flow::FateKind::Delivered;
  if (!got_there || check.expected.should.fate != flow::FateKind::Refused) return std::nullopt;
  const flow::Tuple& tuple = *verdict.at_target;
  return scenario::who_opened(
      {*fate.at, {tuple.protocol, tuple.destination_port}, tuple.destination.family()}, scenario);
}

}  // namespace

std::vector<NodeId> nodes_of(const flow::Flow& flow, const topology::Topology& topology) {
  std::vector<NodeId> nodes{flow.from};
  if (const auto target = topology::owner_of(topology, flow.destination)) nodes.push_back(*target);
  return nodes;
}

Way way_of(const evidence::Verdict& verdict) {
  Way way{.request = verdict.request.trace};
  if (verdict.reply) way.reply = verdict.reply->trace;
  return way;
}

std::string repeat_command(const std::string& check, const Scenario& scenario,
                           const std::string& file) {
  std::string options;
  for (const std::string& word : scenario.repeat_options) options += " " + shell_quoted(word);
  return fmt::format("topoproof test {}{} -k {}", quoted(file), options,
                     quoted(scenario::expression_for(check)));
}

std::string variant_words(const Scenario& scenario) {
  std::string words;
  const auto& options = scenario.repeat_options;
  for (std::size_t i = 0; i + 1 < options.size(); ++i) {
    if (options[i] == "--variant") words += " --variant " + shell_quoted(options[i + 1]);
  }
  return words;
}

void blame_lost_frames_at(std::span<const std::string> nodes, std::vector<CheckResult>& checks) {
  const std::string note = fmt::format(
      "more frames came to {} at once than the captures hold, and some were lost, so this proves "
      "nothing: look for packets that go round or are flooded; else check less at a time (-j 1, "
      "-k)",
      fmt::join(nodes, ", "));
  for (CheckResult& check : checks) {
    if (check.outcome == Outcome::Skipped) continue;
    check.outcome = Outcome::Error;
    check.notes.push_back(note);
  }
}

explain::Explanation explain_verdict(const flow::Flow& flow, const evidence::Verdict& verdict,
                                     const topology::Topology& topology) {
  const flow::Journey* reply = verdict.reply ? &*verdict.reply : nullptr;
  return explain::explain({flow, verdict.request, reply}, topology);
}

CheckResult make_result(const Check& check, const Judged& judged, const Scenario& scenario,
                        const Detail& detail) {
  CheckResult result{.name = check.name, .where = check.where};
  Comparison comparison = compare(check, judged.verdict, scenario.topology);
  result.expected = std::move(comparison.expected);
  result.observed = std::move(comparison.observed);
  result.duration = judged.verdict.took;
  decide(result, check, judged, comparison.holds);
  const bool passed = result.outcome == Outcome::Passed;
  if (auto by = opened_by_another(check, judged.verdict, scenario)) {
    result.notes.push_back(*std::move(by));
  }
  result.nodes = nodes_of(check.flow, scenario.topology);
  if (!passed || detail.hops) result.hops = hop_lines(judged.verdict, scenario.topology);
  if (!passed || detail.hops) {
    auto explanation = explain_verdict(check.flow, judged.verdict, scenario.topology);
    result.why = std::move(explanation.why);
    result.change = std::move(explanation.change);
  }
  if (!passed || detail.ways) result.in_kernel = way_of(judged.verdict);
  if (passed) return result;
  result.reproduce = repeat_command(check.name, scenario, scenario.file);
  return result;
}

}  // namespace topoproof::checks
