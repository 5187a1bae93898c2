// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "campaign/campaign.hh"
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
      .corpus = command.corpus,
      .report = command.report};
  if (command.seconds != 0) options.time = std::chrono::seconds(command.seconds);
  if (command.cases != 0) options.cases = command.cases;
  return options;
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
  const campaign::CampaignOptions options = options_of(command, *features);
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
