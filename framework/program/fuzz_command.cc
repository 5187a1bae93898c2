// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "campaign/campaign.hh"
#include "campaign/corpus.hh"
#include "checks/compile_rules.hh"
#include "program/commands.hh"
#include "program/input_files.hh"
#include "program/written_question.hh"

namespace topoproof::program {
namespace {

int list_features(const Console& console) {
  for (std::size_t i = 0; i < generator::kFeatures; ++i) {
    const auto feature = static_cast<generator::Feature>(i);
    if (!is_observed(feature)) console.out(fmt::format("{}\n", to_string(feature)));
  }
  return kPassed;
}

campaign::CampaignOptions options_of(const FuzzCommand& command,
                                     const generator::FeatureSet& features) {
  campaign::CampaignOptions options{
      .worker = {.seed = command.seed, .allowed = features, .probes = command.packets},
      .jobs = command.jobs != 0 ? command.jobs : std::max(1U, std::thread::hardware_concurrency()),
      .features = command.features,
      .corpus = command.corpus,
      .report = command.report};
  if (command.seconds != 0) options.time = std::chrono::seconds(command.seconds);
  if (command.cases != 0) options.cases = command.cases;
  if (command.only) {
    options.jobs = 1;
    options.first = *command.only;
    options.cases = *command.only + 1;
    options.worker.wish = campaign::Wish();
  }
  return options;
}

// What makes cases others: who goes on with other ones does not go on.
std::string settings_of(const campaign::CampaignOptions& options) {
  std::string features;
  for (std::size_t i = 0; i < generator::kFeatures; ++i) {
    const auto feature = static_cast<generator::Feature>(i);
    const bool is_in = !is_observed(feature) && options.worker.allowed.has(feature);
    if (is_in) features += fmt::format("{}{}", features.empty() ? "" : ",", to_string(feature));
  }
  return fmt::format("--seed {} --jobs {} --packets {} --features={}", options.worker.seed,
                     options.jobs, options.worker.probes, features);
}

// What is wrong with a campaign before it begins.
std::string find_mistake(const FuzzCommand& command, const campaign::CampaignOptions& options) {
  using enum generator::Feature;
  const generator::FeatureSet& allowed = options.worker.allowed;
  if (!allowed.has(Router) && !allowed.has(Router6) && !allowed.has(Container)) {
    return fmt::format("--features '{}' has no network: 'router', 'router6' or 'container'",
                       command.features);
  }
  if (!command.wish.empty() && !command.only) return "--wish is of a --case";
  if (!command.wish.empty() && !campaign::parse_wish(command.wish)) {
    return fmt::format("--wish '{}' is no pair of features, as 'udp+accept'", command.wish);
  }
  if (command.only && !command.corpus.empty()) return "--case goes on nowhere: without --corpus";
  if (command.corpus.empty()) return {};
  const auto prepared =
      campaign::prepare_corpus(options.corpus, settings_of(options), options.jobs);
  return prepared ? "" : "--corpus " + prepared.error();
}

int report_again(const campaign::Question& question, const Console& console) {
  campaign::Trial trial;
  const campaign::Verdict verdict = trial.judge(question, campaign::Fences::BehindEach, true);
  if (const auto* diverged = std::get_if<campaign::Diverged>(&verdict)) {
    const campaign::Diagnosis diagnosis = trial.diagnose(question);
    console.out(fmt::format("diverged: {}suspect: {}: {}\n", diverged->difference.text,
                            to_string(diagnosis.suspect), diagnosis.reason));
    return kDiverged;
  }
  if (const auto* refused = std::get_if<campaign::Refused>(&verdict)) {
    console.out("refused: " + to_string(refused->issues));
    return kHarnessFailed;
  }
  if (const auto* unknown = std::get_if<campaign::NotModelled>(&verdict)) {
    console.out(fmt::format("not modelled: {}\n", unknown->reason));
    return kPassed;
  }
  console.out("kernel and simulator agree\n");
  return kPassed;
}

int ask_again(const std::string& file, const Console& console) {
  const ScenarioFile read = read_scenario_file(file, {});
  if (has_errors(read.issues)) {
    console.error(to_string(read.issues));
    return kInputWrong;
  }
  const auto question =
      read_question(read.scenario, checks::make_rule_compiler(read.scenario.topology));
  if (!question) {
    console.error(fmt::format("topoproof: {}: {}\n", file, question.error()));
    return kInputWrong;
  }
  return report_again(*question, console);
}

int exit_code(const campaign::Summary& summary) {
  if (!summary.kernel_is_healthy()) return kFailed;
  if (summary.crashed_workers + summary.hung_workers > 0) return kHarnessFailed;
  return summary.counts.divergences + summary.counts.refused == 0 ? kPassed : kDiverged;
}

}  // namespace

int run_fuzz(const FuzzCommand& command, const Console& console, const std::atomic<bool>& stop) {
  if (command.features == "list") return list_features(console);
  if (!command.again.empty()) return ask_again(command.again, console);
  const auto features = generator::parse_features(command.features);
  if (!features) {
    console.error(fmt::format("topoproof: {}; 'fuzz --features list' prints the names\n",
                              features.error().text));
    return kInputWrong;
  }
  campaign::CampaignOptions options = options_of(command, *features);
  if (const auto mistake = find_mistake(command, options); !mistake.empty()) {
    console.error(fmt::format("topoproof: {}\n", mistake));
    return kInputWrong;
  }
  if (!command.wish.empty()) options.worker.wish = campaign::parse_wish(command.wish);
  const auto tell = [&](const std::string& finding) { console.error(finding); };
  const auto progress = [&](const campaign::Summary& now) {
    if (console.progress) console.error("\r\x1b[K" + campaign::status_line(now));
  };
  const campaign::Summary summary = campaign::run_campaign(options, stop, tell, progress);
  if (console.progress) console.error("\r\x1b[K");
  console.error(campaign::status_line(summary) + "\n");
  if (!summary.kernel_is_healthy()) {
    console.error(fmt::format(
        "topoproof: the kernel complains (taint {} before, {} after): look at its log\n",
        summary.before.taint, summary.after.taint));
  }
  console.out(campaign::to_json(options, summary));
  return exit_code(summary);
}

}  // namespace topoproof::program
