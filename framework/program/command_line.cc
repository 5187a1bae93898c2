// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/command_line.hh"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <ranges>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "program/command_line_choice.hh"
#include "program/command_line_live.hh"

namespace topoproof::program {
namespace {

constexpr std::string_view kExitCodes = R"(
Exit codes:
  0    all checks passed (skips are listed; --strict makes them failures)
  1    a check failed
  2    the input is wrong: a file, an option
  3    the harness could not do its work
  4    only divergences: kernel and simulator disagree
  130  interrupted by Ctrl-C
Where several hold: 2, 3, 1, 4 in that order.)";

constexpr std::array<std::string_view, 30> kCommands{
    "snapshot", "diff",  "explain", "test",     "trace",  "reach",  "lint",    "validate",
    "plan",     "graph", "import",  "generate", "rules",  "fuzz",   "mutate",  "up",
    "deploy",   "down",  "destroy", "ls",       "exec",   "shell",  "inspect", "logs",
    "capture",  "link",  "apply",   "gc",       "doctor", "version"};

const Choices<ReportFormat> kFormats{{"text", ReportFormat::Text},
                                     {"json", ReportFormat::Json},
                                     {"jsonl", ReportFormat::JsonLines},
                                     {"tap", ReportFormat::Tap}};
const Choices<ListFormat> kMutateFormats{{"text", ListFormat::Text}, {"json", ListFormat::Json}};
const Choices<Picture> kPictures{{"dot", Picture::Dot}, {"svg", Picture::Svg}};

// --kernel-only and --simulate, of which one at most.
void add_executors(CLI::App& app, Executors& with) {
  CLI::Option* kernel = app.add_flag_callback(
      "--kernel-only", [&with] { with = Executors::Kernel; }, "Do not ask the simulator");
  CLI::Option* simulator = app.add_flag_callback(
      "--simulate", [&with] { with = Executors::Simulator; },
      "Ask the simulator alone: builds nothing and needs no privileges");
  kernel->excludes(simulator);
}

// The options of CLI11 write into the commands of this object; the one that was named is the
// result.
class Parser {
 public:
  Parser() : app_("Builds a described network in the Linux kernel and proves what it does.\n") {
    app_.name("topoproof");
    app_.require_subcommand(1);
    // For the help: parse_command_line() answers.
    app_.add_flag("--version")->description("Print the version");
    app_.footer(std::string(kExitCodes));
    add_test();
    add_trace();
    add_explain();
    add_diff();
    add_reach();
    add_lint();
    add_plan();
    add_graph();
    add_snapshot();
    add_import();
    add_generate();
    add_rules();
    add_fuzz();
    add_mutate();
    add_live_commands(app_, live_, chosen_);
    add("doctor", "Say what this machine can do, and how to allow what is missing", "doctor",
        DoctorCommand());
    add("version", "Print the version", "version", VersionCommand());
  }

  std::expected<Command, Answer> parse(const std::vector<std::string>& arguments) {
    const auto own = take_program_to_run(arguments, live_);
    std::vector<std::string> reversed(own.rbegin(), own.rend());  // as CLI11 wants it
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return std::unexpected(answer(error));
    }
    return chosen_();
  }

 private:
  // The command's values live as long as the parser, since options write into them.
  template <class T>
  CLI::App* add(const std::string& name, const std::string& what, std::string_view example,
                T& command) {
    CLI::App* app = app_.add_subcommand(name, what);
    app->footer(fmt::format("\nExample: topoproof {}", example));
    app->callback([this, &command] { chosen_ = [&command] { return Command(command); }; });
    return app;
  }
  template <class T>
  void add(const std::string& name, const std::string& what, std::string_view example, T&&) {
    CLI::App* app = app_.add_subcommand(name, what);
    app->footer(fmt::format("\nExample: topoproof {}", example));
    app->callback([this] { chosen_ = [] { return Command(T()); }; });
  }

  void add_test();
  void add_trace();
  void add_explain();
  static void add_flow(CLI::App& app, TraceCommand& command);
  void add_diff();
  void add_reach();
  void add_lint();
  void add_plan();
  void add_graph();
  void add_import();
  void add_import(CLI::App& import, ImportFormat format, const std::string& name,
                  const std::string& what, std::string_view example);
  void add_snapshot();
  void add_generate();
  void add_rules();
  void add_fuzz();
  void add_mutate();
  CLI::App* add_rules(CLI::App& rules, RulesAction action, const std::string& name,
                      const std::string& what, std::string_view example);

  Answer answer(const CLI::ParseError& error) const;
  struct Named {
    const CLI::App* app;
    std::string prefix;  // "topoproof import": what stands before its name
  };
  Named named_command() const;

  CLI::App app_;
  TestCommand test_;
  TraceCommand trace_;
  TraceCommand explain_{.file = {}, .flow = {}, .explain = true};
  DiffCommand diff_;
  ReachCommand reach_;
  LintCommand lint_;
  PlanCommand plan_;
  GraphCommand graph_;
  SnapshotCommand snapshot_;
  ImportCommand import_;
  GenerateCommand generate_;
  RulesCommand rules_;
  FuzzCommand fuzz_;
  MutateCommand mutate_;
  LiveCommands live_;
  std::function<Command()> chosen_;
};

void Parser::add_test() {
  CLI::App* app = add("test", "Build networks and check what they do",
                      "test scenarios/ -k 'nat and not hairpin' --junit report.xml", test_);
  app->add_option("PATH", test_.paths,
                  "Scenario files, or folders with *.scenario.yaml below (the current folder)")
      ->type_name("");
  app->add_option("-j,--jobs", test_.jobs, "Scenarios at a time (one a core)")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  app->add_option("-k,--select", test_.select,
                  "Only checks whose scenario's or own name matches: words with and, or, not, ()")
      ->type_name("EXPR");
  app->add_option("--variant", test_.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
  app->add_flag("--list", test_.list, "List scenarios and checks, run nothing");
  add_choice(*app, "--format", kFormats, test_.format);
  app->add_option("--junit", test_.junit, "Write JUnit XML to this file, too")->type_name("FILE");
  app->add_option("--html", test_.html, "Write a page to look at to this file, with all ways")
      ->type_name("FILE");
  app->add_option("--markdown", test_.markdown,
                  "Write a summary for a pull request to this file, too")
      ->type_name("FILE");
  app->add_option("--coverage", test_.coverage,
                  "Write which rules and routes met packets, and which never: JSON if it ends in "
                  ".json")
      ->type_name("FILE");
  app->add_option("--pcap", test_.pcap,
                  "Keep captures of what failed in this folder (topoproof-captures)")
      ->type_name("FOLDER");
  app->add_flag("--pcap-always", test_.always_keep_pcap, "Keep captures of what passed, too")
      ->needs("--pcap");
  app->add_flag("--keep-going", test_.keep_going,
                "Run what can be run although a file is wrong or the harness failed");
  app->add_flag("--strict", test_.strict,
                "What was skipped is a failure, and what the simulator does not model");
  add_executors(*app, test_.with);
  app->add_option("--lab", test_.lab, "Check this running lab, and build nothing")
      ->type_name("NAME")
      ->excludes("--simulate");
  app->add_flag("-v,--verbose", test_.verbose, "Show every check, hop by hop");
}

void Parser::add_trace() {
  CLI::App* app = add("trace", "Show the way of one flow, in the kernel and in the simulator",
                      "trace nat.topo.yaml 'blue -> client tcp/80' --simulate", trace_);
  add_flow(*app, trace_);
}

void Parser::add_explain() {
  CLI::App* app = add("explain", "Say why a flow ends as it does, and what to change",
                      "explain nat.topo.yaml 'blue -> client tcp/80'", explain_);
  add_flow(*app, explain_);
}

void Parser::add_flow(CLI::App& app, TraceCommand& command) {
  app.add_option("FILE", command.file, "A topology or a scenario")->required()->type_name("");
  app.add_option("FLOW", command.flow, "As a check names it: 'blue -> client tcp/80'")
      ->required()
      ->type_name("");
  app.add_option("--variant", command.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
  add_executors(app, command.with);
}

void Parser::add_diff() {
  CLI::App* app = add("diff",
                      "Say which flows would end otherwise, from the simulator\n"
                      "(exit code 1 if one would, or is unknown to it)",
                      "diff old.nft new.nft --on nat.topo.yaml --node host", diff_);
  app->add_option("OLD", diff_.before, "A topology or scenario; with --on, firewall rules")
      ->required()
      ->type_name("");
  app->add_option("NEW", diff_.after, "The same, changed")->required()->type_name("");
  CLI::Option* on = app->add_option("--on", diff_.on, "The network that OLD and NEW are rules of")
                        ->type_name("FILE");
  app->add_option("--node", diff_.node, "The node whose rules they are (the only one with rules)")
      ->needs(on)
      ->type_name("NODE");
  app->add_option("--variant", diff_.variants, "Use this variant of NEW")
      ->allow_extra_args(false)
      ->excludes(on)
      ->type_name("NAME");
  app->add_flag("--brief", diff_.brief, "Without example packets and their ways");
}

void Parser::add_reach() {
  CLI::App* app = add("reach", "Say who can talk to whom, and why not, from the simulator",
                      "reach nat.topo.yaml --golden nat.reach --update", reach_);
  app->add_option("FILE", reach_.file, "A topology or a scenario")->required()->type_name("");
  app->add_option("--with", reach_.services, "What is sent: icmp (by default), tcp/80, udp/53")
      ->allow_extra_args(false)
      ->type_name("SERVICE");
  app->add_flag("--ipv6", reach_.ipv6, "To the nodes' IPv6 addresses");
  CLI::Option* golden =
      app->add_option("--golden", reach_.golden, "Compare with this file; 1 if it differs")
          ->type_name("FILE");
  app->add_flag("--update", reach_.update, "Write that file instead")->needs(golden);
  app->add_flag("--strict", reach_.strict,
                "1 if the simulator does not know a pair's end, or the kernel draws it");
  app->add_option("--variant", reach_.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
}

void Parser::add_lint() {
  CLI::App* app =
      add("lint", "Check files without building anything", "lint topologies/ scenarios/", lint_);
  app->alias("validate");
  app->add_option("PATH", lint_.paths,
                  "Topology and scenario files, or folders with such files (the current folder)")
      ->type_name("");
  app->add_flag("--strict", lint_.strict, "A warning is an error");
}

void Parser::add_plan() {
  CLI::App* app = add("plan", "Print the ip, nft and sysctl commands that build the same network",
                      "plan topologies/nat.topo.yaml", plan_);
  app->add_option("FILE", plan_.file, "A topology or a scenario")->required()->type_name("");
  app->add_option("--variant", plan_.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
}

void Parser::add_graph() {
  CLI::App* app =
      add("graph", "Draw a topology", "graph nat.topo.yaml --format svg -o nat.svg", graph_);
  app->add_option("FILE", graph_.file, "A topology or a scenario")->required()->type_name("");
  add_choice(*app, "--format", kPictures, graph_.format);
  app->add_option("--variant", graph_.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
  app->add_option("-o,--output", graph_.output, "Write to this file")->type_name("FILE");
}

void Parser::add_import() {
  CLI::App* import = app_.add_subcommand("import", "Make a topology file from another format");
  import->require_subcommand(1);
  import->footer("\nExample: topoproof import graphml Abilene.graphml -o abilene.topo.yaml");
  add_import(*import, ImportFormat::GraphMl, "graphml", "From GraphML: every node a router",
             "graphml Abilene.graphml -o abilene.topo.yaml");
  add_import(
      *import, ImportFormat::Shell, "shell",
      "From a script of ip, bridge, sysctl, iptables, nft. It is run as root of a machine of its "
      "own: it reads your files, and writes /tmp, /run and a copy of /etc",
      "shell tutorial.sh -o tutorial.topo.yaml");
}

void Parser::add_import(CLI::App& import, ImportFormat format, const std::string& name,
                        const std::string& what, std::string_view example) {
  CLI::App* app = import.add_subcommand(name, what);
  app->footer(fmt::format("\nExample: topoproof import {}", example));
  app->callback([this, format] {
    import_.format = format;
    chosen_ = [this] { return Command(import_); };
  });
  app->add_option("FILE", import_.file, "What to import")->required()->type_name("");
  app->add_option("-o,--output", import_.output, "Write to this file")->type_name("FILE");
}

void Parser::add_snapshot() {
  CLI::App* app = add("snapshot",
                      "Make a topology file of running namespaces, without changing them (needs\n"
                      "root for namespaces of others)",
                      "snapshot red blue --host -o now.topo.yaml", snapshot_);
  app->add_option("NAME", snapshot_.names, "Namespaces as ip netns names them (all of these)")
      ->type_name("");
  app->add_option("--pid", snapshot_.processes, "The namespace of this process, too")
      ->allow_extra_args(false)
      ->type_name("PID");
  app->add_flag("--host", snapshot_.host, "The machine's own, too");
  app->add_option("--name", snapshot_.topology, "Of the topology")->type_name("NAME");
  app->add_option("-o,--output", snapshot_.output, "Write to this file")->type_name("FILE");
}

void Parser::add_generate() {
  CLI::App* app = add("generate", "Make a topology file of a well-known shape",
                      "generate tree 3 2 -o tree.topo.yaml", generate_);
  app->add_option("SHAPE", generate_.shape,
                  "star LEAVES, chain N, ring N, tree DEPTH FANOUT, fat-tree K, mesh N")
      ->required()
      ->type_name("");
  app->add_option("SIZE", generate_.sizes, "The sizes that the shape takes")
      ->required()
      ->type_name("");
  app->add_option("-o,--output", generate_.output, "Write to this file")->type_name("FILE");
}

CLI::App* Parser::add_rules(CLI::App& rules, RulesAction action, const std::string& name,
                            const std::string& what, std::string_view example) {
  CLI::App* app = rules.add_subcommand(name, what);
  app->footer(fmt::format("\nExample: topoproof rules {}", example));
  app->callback([this, action] {
    rules_.action = action;
    chosen_ = [this] { return Command(rules_); };
  });
  return app;
}

void Parser::add_rules() {
  CLI::App* rules = app_.add_subcommand("rules", "Import firewall rules and say what they are");
  rules->require_subcommand(1);
  rules->footer("\nExample: topoproof rules show rules.v4 --expressions");
  const auto* const file = "A topology, nft rules, a dump of iptables-save, or compiled rules";
  CLI::App* show = add_rules(*rules, RulesAction::Show, "show", "Print rules with file and line",
                             "show rules.v4 --expressions");
  show->add_option("FILE", rules_.files, file)->required()->expected(1)->type_name("");
  show->add_flag("--expressions", rules_.expressions, "Print what the kernel runs for each, too");
  CLI::App* diff = add_rules(*rules, RulesAction::Compare, "diff",
                             "Print how rules differ in what they do (exit code 1 if they do)",
                             "diff before.nft after.nft");
  diff->add_option("FILE", rules_.files, file)->required()->expected(2)->type_name("");
  CLI::App* compile = add_rules(*rules, RulesAction::Compile, "compile",
                                "Write rules to a file that needs no namespace to be read (JSON)",
                                "compile rules.v4 -o rules.json");
  compile->add_option("FILE", rules_.files, file)->required()->expected(1)->type_name("");
  compile->add_option("-o,--output", rules_.output, "Write to this file")->type_name("FILE");
  CLI::App* translate =
      add_rules(*rules, RulesAction::Translate, "translate",
                "Print a dump of iptables-save as nft would say it", "translate rules.v4");
  translate->add_option("FILE", rules_.files, "A dump of iptables-save or ip6tables-save")
      ->required()
      ->expected(1)
      ->type_name("");
  translate->add_option("-o,--output", rules_.output, "Write to this file")->type_name("FILE");
}

// Numbers that have a sign, or do not fit, are no others that happen to fit.
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  return {[=](std::string& text) -> std::string {
            std::uint64_t number = 0;
            const char* const end = text.data() + text.size();
            const auto [stop, wrong] = std::from_chars(text.data(), end, number);
            if (wrong == std::errc() && stop == end && number >= low && number <= high) return {};
            return fmt::format("Value {} not in range {} to {}", text, low, high);
          },
          ""};
}

void Parser::add_fuzz() {
  constexpr std::uint64_t kMost = UINT64_MAX;
  constexpr std::uint64_t kLongest = 366ULL * 24 * 3600;  // a year
  CLI::App* app = add("fuzz", "Ask kernel and simulator about generated rules and packets",
                      "fuzz --time 60 --report findings/", fuzz_);
  app->add_option("--seed", fuzz_.seed,
                  "The same seed makes the same cases, with the same --jobs, --features and "
                  "--packets (1)")
      ->check(whole_number(0, kMost))
      ->type_name("N");
  app->add_option("--time", fuzz_.seconds, "End after so many seconds")
      ->check(whole_number(1, kLongest))
      ->type_name("SECONDS");
  app->add_option("--cases", fuzz_.cases, "End before the case of this number")
      ->check(whole_number(1, kMost / 2))
      ->type_name("N");
  app->add_option("--case", fuzz_.only,
                  "The case of this number alone: what a finding's command says")
      ->check(whole_number(0, kMost / 2))
      ->type_name("N");
  app->add_option("--wish", fuzz_.wish, "Two features that it is to have: 'udp+accept'")
      ->type_name("NAMES");
  app->add_option("-j,--jobs", fuzz_.jobs, "Worker processes (one a core)")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  app->add_option("--features", fuzz_.features,
                  "What cases may contain: 'all', 'all,-bridge-table', 'router,udp,accept'; "
                  "'list' prints the names")
      ->type_name("NAMES");
  app->add_option("--packets", fuzz_.packets, "For each ruleset (20)")
      ->check(CLI::Range(1, 1000).description(""))
      ->type_name("N");
  app->add_option("--corpus", fuzz_.corpus, "Go on where the campaign of this folder ended")
      ->type_name("FOLDER");
  app->add_option("--report", fuzz_.report,
                  "Write a scenario and a capture of each divergence here")
      ->type_name("FOLDER");
  app->add_option("--again", fuzz_.again,
                  "Ask again what a scenario asks that a campaign wrote, and nothing else: frames "
                  "byte for byte, and counters")
      ->type_name("FILE");
}

void Parser::add_mutate() {
  CLI::App* app = add("mutate",
                      "Plant mistakes in a network, one at a time, and say which of them no check\n"
                      "notices (exit code 1), with the check that would",
                      "mutate scenarios/ -k 'masquerade and not ipv6'", mutate_);
  app->add_option("PATH", mutate_.paths,
                  "Scenario files, or folders with *.scenario.yaml below (the current folder)")
      ->type_name("");
  app->add_option("-k,--select", mutate_.select,
                  "Only mistakes whose own, scenario's or file's name matches")
      ->type_name("EXPR");
  app->add_option("--variant", mutate_.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
  app->add_option("-j,--jobs", mutate_.jobs, "Mistakes at a time (one a core)")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  app->add_flag("--list", mutate_.list, "List the mistakes, try none");
  add_choice(*app, "--format", kMutateFormats, mutate_.format);
  app->add_flag("--kernel", mutate_.kernel,
                "Build each wrong network in the kernel, beside the simulator");
  app->add_flag("--strict", mutate_.strict, "What the simulator does not model is a failure");
  app->add_flag("-v,--verbose", mutate_.verbose, "Show every mistake, and which checks notice it");
}

Parser::Named Parser::named_command() const {
  Named named{&app_, ""};
  while (!named.app->get_subcommands().empty()) {
    named.prefix += (named.prefix.empty() ? "" : " ") + named.app->get_name();
    named.app = named.app->get_subcommands().front();
  }
  return named;
}

Answer Parser::answer(const CLI::ParseError& error) const {
  const auto [app, prefix] = named_command();
  if (error.get_exit_code() == 0) return {app->help(prefix), 0};
  std::string text = fmt::format("topoproof: {}", error.what());
  if (const auto extras = app->remaining(); !extras.empty()) {
    std::vector<std::string> options;
    for (const CLI::Option* option : app->get_options()) options.push_back(option->get_name());
    const std::vector<std::string_view> known(options.begin(), options.end());
    text = fmt::format("topoproof: '{}' is not expected here{}", extras.front(),
                       did_you_mean(extras.front(), known));
  }
  return {text + "\nRun with --help for more.\n", 2};
}

}  // namespace

bool needs_sandbox(const Command& command) {
  if (const auto* fuzz = std::get_if<FuzzCommand>(&command)) return fuzz->features != "list";
  if (const auto* trace = std::get_if<TraceCommand>(&command)) {
    return trace->with != Executors::Simulator;
  }
  if (const auto* mutate = std::get_if<MutateCommand>(&command)) return mutate->kernel;
  const auto* test = std::get_if<TestCommand>(&command);
  return test != nullptr && !test->list && test->lab.empty() && test->with != Executors::Simulator;
}

bool wants_sandbox(const Command& command) {
  if (std::holds_alternative<ReachCommand>(command)) return true;
  if (std::holds_alternative<DiffCommand>(command)) return true;
  if (std::holds_alternative<MutateCommand>(command)) return true;
  if (const auto* trace = std::get_if<TraceCommand>(&command)) {
    return trace->with == Executors::Simulator;
  }
  const auto* test = std::get_if<TestCommand>(&command);
  return test != nullptr && !test->list && test->with == Executors::Simulator;
}

std::expected<Command, Answer> parse_command_line(const std::vector<std::string>& arguments) {
  const std::string first = arguments.empty() ? "--help" : arguments.front();
  if (first == "--version") return VersionCommand();  // as every program is asked
  if (!first.starts_with('-') && std::ranges::find(kCommands, first) == kCommands.end()) {
    return std::unexpected(Answer{
        fmt::format("topoproof: there is no command '{}'{}\nRun topoproof --help for more.\n",
                    first, did_you_mean(first, kCommands)),
        2});
  }
  return Parser().parse(arguments.empty() ? std::vector<std::string>{first} : arguments);
}

}  // namespace topoproof::program
