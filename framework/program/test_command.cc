// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/printable.hh"
#include "drawing/svg.hh"
#include "live/refusal.hh"
#include "live/tested_lab.hh"
#include "program/commands.hh"
#include "program/input_files.hh"
#include "program/parallel_run.hh"
#include "program/refusal_notes.hh"
#include "program/selection.hh"
#include "report/coverage.hh"
#include "report/html.hh"
#include "report/json.hh"
#include "report/junit.hh"
#include "report/markdown.hh"
#include "report/tap.hh"
#include "report/text.hh"
#include "runner/folder_names.hh"
#include "runner/runner.hh"
#include "runner/simulated_run.hh"
#include "sys/error.hh"
#include "sys/output.hh"
#include "sys/sandbox.hh"
#include "sys/sweeper.hh"

namespace topoproof::program {
namespace {

using scenario::RunResult;
using scenario::ScenarioResult;

constexpr std::string_view kClearLine = "\r\x1b[K";

// What decides a check, besides the file that it stands in.
std::vector<std::string> repeat_options(const TestCommand& command) {
  std::vector<std::string> options;
  const auto add = [&](const char* name, const std::string& value) {
    options.insert(options.end(), {name, value});
  };
  for (const std::string& variant : command.variants) add("--variant", variant);
  if (!command.lab.empty()) add("--lab", command.lab);
  if (command.with == Executors::Kernel) options.emplace_back("--kernel-only");
  if (command.with == Executors::Simulator) options.emplace_back("--simulate");
  return options;
}

// All of the named files that have something to run, or are wrong.
std::vector<ScenarioFile> read_files(const TestCommand& command,
                                     const scenario::NameExpression& expression, Issues& issues) {
  std::vector<ScenarioFile> files;
  for (const std::string& path : find_files(command.paths, false, issues)) {
    ScenarioFile file = read_scenario_file(path, command.variants);
    if (!has_errors(file.issues)) {
      file.scenario = select(std::move(file.scenario), expression);
      if (!command.select.empty() && !has_checks(file.scenario)) continue;
    }
    file.scenario.repeat_options = repeat_options(command);
    for (auto& included : included_files(file.scenario)) {
      auto& sources = file.scenario.sources;
      if (std::ranges::find(sources, included) == sources.end()) sources.push_back(included);
    }
    files.push_back(std::move(file));
  }
  return files;
}

class TestRun {
 public:
  TestRun(const TestCommand& command, const Console& console, const std::atomic<bool>& stop,
          const Surroundings& surroundings, live::TestedLab* lab)
      : command_(command), console_(console), stop_(stop), surroundings_(surroundings), lab_(lab) {}

  RunResult run(std::span<const ScenarioFile> files) {
    const bool any_wrong =
        std::ranges::any_of(files, [](const auto& file) { return has_errors(file.issues); });
    RunResult result;
    result.scenarios = any_wrong && !command_.keep_going ? wrong_ones(files) : run_all_of(files);
    result.interrupted = stop_;
    return result;
  }

 private:
  std::vector<ScenarioResult> wrong_ones(std::span<const ScenarioFile> files) const {
    std::vector<ScenarioResult> results;
    for (const ScenarioFile& file : files) {
      if (!has_errors(file.issues)) continue;
      results.push_back(unrun(file));
      show(results.back());
    }
    return results;
  }

  // Scenarios of one name, of two folders or two variants, have a folder of captures each.
  static std::vector<std::string> capture_names(std::span<const ScenarioFile> files) {
    runner::FolderNames names;
    std::vector<std::string> all;
    for (const ScenarioFile& file : files)
      all.push_back(names.take(file.scenario.name, "scenario"));
    return all;
  }

  std::vector<ScenarioResult> run_all_of(std::span<const ScenarioFile> files) const {
    const std::vector<std::string> captures = capture_names(files);
    auto results = run_all(
        {.scenarios = files.size(),
         // What two send at the same time would be taken for one another's.
         .jobs = lab_ != nullptr     ? 1
                 : command_.jobs > 0 ? command_.jobs
                                     : std::thread::hardware_concurrency(),
         .stop = &stop_,
         .keep_going = command_.keep_going,
         .run = [&](std::size_t i,
                    const auto& observer) { return run_one(files[i], captures[i], observer); },
         .name = [&](std::size_t i) { return files[i].scenario.name; },
         .on_result = [&](const ScenarioResult& result) { show(result); },
         .on_progress = [&](const report::RunState& state) { show(state); }});
    clear_progress();
    add_unbegun(files, results);
    tell_unbegun(files.size() - results.size());
    return results;
  }

  // A report that left them out would look like one of a smaller run that passed.
  void add_unbegun(std::span<const ScenarioFile> files,
                   std::vector<ScenarioResult>& results) const {
    if (!stop_) return;
    for (const ScenarioFile& file : files.subspan(results.size())) {
      results.push_back(unrun(file));
      results.back().interrupted = true;
    }
  }

  void tell_unbegun(std::size_t count) const {
    if (count == 0) return;
    console_.error(fmt::format("{} {} not run after this error; --keep-going runs them\n", count,
                               count == 1 ? "scenario was" : "scenarios were"));
  }

  ScenarioResult run_one(const ScenarioFile& file, const std::string& captures,
                         const scenario::Observer& observer) const {
    if (has_errors(file.issues)) return unrun(file);
    if (lab_ != nullptr && has_changes(file.scenario)) return refuse_changes(file);
    const auto missing = lab_ != nullptr ? lab_->missing_of(file.scenario.topology) : std::nullopt;
    if (missing) return refuse_network(file, *missing);
    if (command_.with == Executors::Simulator) return simulate_one(file, observer);
    const bool asked = !command_.pcap.empty();
    ScenarioResult result = runner::run(file.scenario,
                                        {.pcap_directory = asked ? command_.pcap : kPcapFolder,
                                         .pcap_name = captures,
                                         .always_keep_pcap = command_.always_keep_pcap,
                                         .must_keep_pcap = asked,
                                         .predict = command_.with == Executors::Both,
                                         .verbose = command_.verbose,
                                         .keep_ways = !command_.html.empty(),
                                         .limits = surroundings_.limits,
                                         .running = running_nodes(),
                                         .wait_until_idle = idle_wait(),
                                         .services_trouble = services_question(),
                                         .stop = &stop_},
                                        observer);
    result.issues = file.issues;  // warnings
    return result;
  }

  ScenarioResult simulate_one(const ScenarioFile& file, const scenario::Observer& observer) const {
    RefusalNotes refused(file.scenario, surroundings_.in_sandbox);
    ScenarioResult result = runner::simulate(
        file.scenario, refused.compiler(),
        {.verbose = command_.verbose, .keep_ways = !command_.html.empty(), .stop = &stop_},
        observer);
    result.issues = file.issues;  // warnings
    std::ranges::move(refused.issues(), std::back_inserter(result.issues));
    return result;
  }

  std::function<std::vector<lab::RunningNode>()> running_nodes() const {
    if (lab_ == nullptr) return {};
    return [this] { return lab_->nodes(); };
  }
  std::function<void(sys::Clock::time_point)> idle_wait() const {
    if (lab_ == nullptr) return {};
    return [this](sys::Clock::time_point deadline) { lab_->wait_until_idle(deadline); };
  }

  std::function<std::string()> services_question() const {
    if (lab_ == nullptr) return {};
    return [this] { return lab_->services_trouble(); };
  }

  static bool has_changes(const scenario::Scenario& scenario) {
    return std::ranges::any_of(scenario.steps,
                               [](const scenario::Step& step) { return !step.changes.empty(); });
  }
  static ScenarioResult refuse_changes(const ScenarioFile& file) {
    ScenarioResult result = unrun(file);
    result.error = "it changes its network, and a running lab is only looked at";
    return result;
  }

  // As a file that is wrong.
  ScenarioResult refuse_network(const ScenarioFile& file, const std::string& missing) const {
    ScenarioResult result = unrun(file);
    result.issues.push_back(
        make_issue(fmt::format("{}: lab '{}' runs another network: it has no node '{}'",
                               file.scenario.file, lab_->name(), missing)));
    return result;
  }

  static ScenarioResult unrun(const ScenarioFile& file) {
    ScenarioResult result;
    result.name = file.scenario.name;
    result.file = file.scenario.file;
    result.issues = file.issues;
    return result;
  }

  void show(const ScenarioResult& result) const {
    const bool lines = command_.format == ReportFormat::JsonLines;
    if (!lines && command_.format != ReportFormat::Text) return;
    clear_progress();
    console_.out(lines ? report::to_json_lines(result)
                       : report::scenario_text(
                             result, {.colors = console_.colors, .verbose = command_.verbose}));
  }
  void show(const report::RunState& state) const {
    if (!console_.progress) return;
    console_.error(
        fmt::format("{}{}", kClearLine, report::progress_line(state, console_.width - 1)));
  }
  void clear_progress() const {
    if (console_.progress) console_.error(kClearLine);
  }

  const TestCommand& command_;
  const Console& console_;
  const std::atomic<bool>& stop_;
  const Surroundings& surroundings_;
  live::TestedLab* lab_;  // null: networks are built
};

std::string closing_text(const TestCommand& command, const Console& console, const RunResult& run) {
  switch (command.format) {
    case ReportFormat::Text:
      return report::summary_text(
          run, {.colors = console.colors, .verbose = command.verbose, .strict = command.strict});
    case ReportFormat::Json:
      return report::to_json(run);
    case ReportFormat::JsonLines:
      return report::last_json_line(run);
    case ReportFormat::Tap:
      return report::to_tap(run, command.strict);
  }
  return "";
}

// Two scenarios of one file have one network.
std::string page(const TestCommand& command, const RunResult& run,
                 std::span<const ScenarioFile> files) {
  const auto picture = [&](const ScenarioResult& result) {
    const auto file = std::ranges::find(
        files, result.file, [](const ScenarioFile& f) -> const auto& { return f.scenario.file; });
    const bool is_there = file != files.end() && !has_errors(file->issues);
    return is_there ? drawing::to_svg(file->scenario.topology) : std::string();
  };
  return report::to_html(run, {.file = command.html, .picture = picture});
}

// RETURNS: false, after a sentence, if an output could not be written; the others are.
bool tell(const TestCommand& command, const Console& console, const RunResult& run,
          std::span<const ScenarioFile> files) {
  bool all_told = true;
  const auto attempt = [&](const auto& write) {
    try {
      write();
    } catch (const sys::SystemError& error) {
      console.error(fmt::format("topoproof: {}\n", error.what()));
      all_told = false;
    }
  };
  attempt([&] { console.out(closing_text(command, console, run)); });
  if (!command.junit.empty())
    attempt([&] { sys::save_file(command.junit, report::to_junit(run, command.strict)); });
  if (!command.markdown.empty())
    attempt([&] { sys::save_file(command.markdown, report::to_markdown(run, command.strict)); });
  if (!command.html.empty())
    attempt([&] { sys::save_file(command.html, page(command, run, files)); });
  if (!command.coverage.empty()) {
    const bool json = command.coverage.ends_with(".json");
    attempt([&] {
      sys::save_file(command.coverage,
                     json ? report::coverage_json(run) : report::coverage_text(run));
    });
  }
  return all_told;
}

// RETURNS: false, after a sentence, if there is no such lab.
bool enter_lab(const std::string& name, const Console& console,
               std::optional<live::TestedLab>& lab) {
  try {
    lab.emplace(live::StateFolder::of_user(), name);
    return true;
  } catch (const live::Refusal& refused) {
    console.error(fmt::format("topoproof: {}\n", refused.what()));
    return false;
  }
}

// RETURNS: false, after a sentence, if that is no folder and cannot become one.
bool make_capture_folder(const std::string& folder, const Console& console) {
  std::error_code error;
  if (folder.empty() || std::filesystem::is_directory(folder, error)) return true;
  if (std::filesystem::exists(folder, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  } else if (std::filesystem::create_directories(folder, error) || !error) {
    return true;
  }
  console.error(fmt::format("topoproof: --pcap needs a folder; {}: {}\n", printable(folder),
                            error.message()));
  return false;
}

int list(std::span<const ScenarioFile> files, const Console& console) {
  Issues wrong;
  for (const ScenarioFile& file : files) {
    if (has_errors(file.issues)) {
      std::ranges::copy(file.issues, std::back_inserter(wrong));
    } else {
      console.out(list_text(file.scenario));
    }
  }
  console.error(to_string(wrong));
  return wrong.empty() ? kPassed : kInputWrong;
}

}  // namespace

int run_test(const TestCommand& command, const Console& console, const std::atomic<bool>& stop,
             const Surroundings& surroundings) {
  const auto expression = scenario::NameExpression::parse(command.select);
  if (!expression) return refuse(console, {expression.error()});
  Issues issues;
  const std::vector<ScenarioFile> files = read_files(command, *expression, issues);
  if (issues.empty() && files.empty()) {
    issues.push_back(make_issue(fmt::format("no check matches -k '{}'", command.select)));
  }
  console.error(to_string(issues));
  if (!issues.empty() && (!command.keep_going || files.empty())) return kInputWrong;
  if (command.list) return list(files, console);
  if (!command.coverage.empty() && command.with == Executors::Kernel) {
    console.error(
        "topoproof: --coverage counts what rules meet in the simulator: leave out --kernel-only\n");
    return kInputWrong;
  }

  if (!make_capture_folder(command.pcap, console)) return kInputWrong;
  sys::raise_open_file_limit();
  std::optional<live::TestedLab> lab;
  if (!command.lab.empty() && !enter_lab(command.lab, console, lab)) return kInputWrong;
  const sys::Sweeper sweeper;
  const RunResult result =
      TestRun(command, console, stop, surroundings, lab ? &*lab : nullptr).run(files);
  const int code = issues.empty() ? exit_code(result, command.strict) : kInputWrong;
  return tell(command, console, result, files) || code == kInputWrong || result.interrupted
             ? code
             : kHarnessFailed;
}

}  // namespace topoproof::program
