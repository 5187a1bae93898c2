// SPDX-License-Identifier: GPL-2.0-or-later
// topoproof mutate: does a scenario notice mistakes?
#include <algorithm>
#include <array>
#include <expected>
#include <iterator>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/printable.hh"
#include "checks/compile_rules.hh"
#include "mutation/trial.hh"
#include "mutation/trial_text.hh"
#include "program/commands.hh"
#include "program/input_files.hh"
#include "runner/runner.hh"
#include "runner/simulated_run.hh"
#include "scenario/name_expression.hh"
#include "sys/sandbox.hh"
#include "sys/sweeper.hh"

namespace topoproof::program {
namespace {

using mutation::Fate;
using mutation::Mutant;
using mutation::Network;
using mutation::TrialResult;
using scenario::Scenario;

class MutateRun {
 public:
  MutateRun(const MutateCommand& command, const scenario::NameExpression& expression,
            const std::atomic<bool>& stop, const Surroundings& surroundings)
      : command_(command), expression_(expression), stop_(stop), surroundings_(surroundings) {}

  TrialResult run(const Scenario& scenario) const {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    return mutation::try_mutants(
        scenario, compiler_of(scenario),
        {.jobs = command_.jobs != 0 ? command_.jobs : cores,
         .run = [this](const Network& planted) { return carry_out(planted); },
         .select = [&](const Mutant& mutant) { return is_meant(scenario, mutant); },
         .stop = &stop_});
  }

  // Rules that nobody takes, as `test` finds them. Where no kernel can be asked they are not
  // mutated.
  Issues check_rules(const Scenario& scenario) const {
    Issues issues;
    if (!surroundings_.in_sandbox) return issues;
    mutation::make_network(scenario, compiler_of(scenario), issues);
    for (Issue& issue : issues) issue.severity = Severity::Error;
    return issues;
  }

  std::string list(const Scenario& scenario) const {
    Issues warnings;
    const Network network = mutation::make_network(scenario, compiler_of(scenario), warnings);
    std::string text;
    for (const Mutant& mutant : mutation::mutants_of(network)) {
      if (is_meant(scenario, mutant)) text += fmt::format("  {}\n", printable(mutant.name));
    }
    if (text.empty()) return text;
    return fmt::format("{}: {}\n", printable(scenario.file), printable(scenario.name)) + text;
  }

 private:
  checks::RuleCompiler compiler_of(const Scenario& scenario) const {
    return surroundings_.in_sandbox ? checks::make_rule_compiler(scenario.topology)
                                    : checks::RuleCompiler();
  }
  std::expected<scenario::ScenarioResult, std::string> carry_out(const Network& planted) const {
    if (!command_.kernel) {
      return runner::simulate(planted.scenario, mutation::compiler_of(planted), {.stop = &stop_});
    }
    const auto with_texts = mutation::with_texts(planted);
    if (with_texts) {
      return runner::run(*with_texts, {.limits = surroundings_.limits, .stop = &stop_});
    }
    return std::unexpected("not built in the kernel, for nft has no words for its rules: " +
                           to_string(with_texts.error()));
  }
  bool is_meant(const Scenario& scenario, const Mutant& mutant) const {
    const std::array<std::string, 3> names{scenario.name, scenario.file, mutant.name};
    return expression_.matches(names);
  }

  const MutateCommand& command_;
  const scenario::NameExpression& expression_;
  const std::atomic<bool>& stop_;
  const Surroundings& surroundings_;
};

int exit_code(const std::vector<TrialResult>& results, bool strict) {
  const auto any = [&](const auto& is_so) { return std::ranges::any_of(results, is_so); };
  if (any([](const TrialResult& r) { return r.could_not_run; })) return kHarnessFailed;
  if (!std::ranges::all_of(results, &TrialResult::notices_all)) return kFailed;
  if (any([](const TrialResult& r) { return r.count(Fate::Diverged) > 0; })) return kDiverged;
  const bool unknown = any([](const TrialResult& r) { return r.count(Fate::Unknown) > 0; });
  return strict && unknown ? kFailed : kPassed;
}

std::vector<Scenario> read(const MutateCommand& command, Issues& issues) {
  std::vector<Scenario> scenarios;
  for (const std::string& path : find_files(command.paths, false, issues)) {
    ScenarioFile file = read_scenario_file(path, command.variants);
    std::ranges::copy_if(file.issues, std::back_inserter(issues),
                         [](const Issue& issue) { return issue.severity == Severity::Error; });
    scenarios.push_back(std::move(file.scenario));
  }
  return scenarios;
}

TrialResult not_begun(const Scenario& scenario) {
  return {.name = scenario.name, .file = scenario.file, .interrupted = true};
}

int list(const std::vector<Scenario>& scenarios, const MutateRun& run, const Console& console) {
  std::string text;
  for (const Scenario& scenario : scenarios) text += run.list(scenario);
  console.out(text);
  return text.empty() ? kInputWrong : kPassed;
}

}  // namespace

int run_mutate(const MutateCommand& command, const Console& console, const std::atomic<bool>& stop,
               const Surroundings& surroundings) {
  const auto expression = scenario::NameExpression::parse(command.select);
  if (!expression) return refuse(console, {expression.error()});
  Issues issues;
  const std::vector<Scenario> scenarios = read(command, issues);
  console.error(to_string(issues));
  if (has_errors(issues)) return kInputWrong;
  const MutateRun run(command, *expression, stop, surroundings);
  for (const Scenario& scenario : scenarios) {
    for (Issue& issue : run.check_rules(scenario)) issues.push_back(std::move(issue));
  }
  if (has_errors(issues)) return refuse(console, issues);
  if (command.list) return list(scenarios, run, console);

  std::optional<sys::Sweeper> sweeper;
  if (command.kernel) {
    sys::raise_open_file_limit();
    sweeper.emplace();
  }
  const bool text = command.format == ListFormat::Text;
  std::vector<TrialResult> results;
  for (const Scenario& scenario : scenarios) {
    TrialResult result = stop ? not_begun(scenario) : run.run(scenario);
    const bool is_meant = !result.mutants.empty() || !result.error.empty() || result.interrupted;
    if (!is_meant) continue;
    console.error(to_string(result.warnings));
    if (text) console.out(to_text(result, {.verbose = command.verbose}));
    results.push_back(std::move(result));
  }
  if (results.empty() && !stop) {
    console.error(fmt::format("no mistake matches -k '{}'\n", command.select));
    return kInputWrong;
  }
  console.out(text ? summary_text(results) : to_json(results));
  return stop ? kInterrupted : exit_code(results, command.strict);
}

}  // namespace topoproof::program
