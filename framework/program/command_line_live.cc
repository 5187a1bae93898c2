// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/command_line_live.hh"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "program/command_line_choice.hh"

namespace topoproof::program {
namespace {

using Chosen = std::function<Command()>;

const Choices<ListFormat> kListFormats{{"text", ListFormat::Text}, {"json", ListFormat::Json}};

constexpr std::string_view kExitCodesOfExec = R"(
Exit codes:
  the program's own; 128 + N if signal N ended it
  125  topoproof could not do it: no such node, no such lab
  126  there is such a program, but it cannot be run
  127  there is no such program)";

class Adder {
 public:
  Adder(CLI::App& app, Chosen& chosen) : app_(app), chosen_(chosen) {}

  template <class T>
  CLI::App* add(const std::string& name, const std::string& what, std::string_view example,
                const T& command) const {
    CLI::App* app = app_.add_subcommand(name, what);
    app->footer(fmt::format("\nExample: topoproof {}", example));
    app->callback(
        [&chosen = chosen_, &command] { chosen = [&command] { return Command(command); }; });
    return app;
  }

 private:
  CLI::App& app_;
  Chosen& chosen_;
};

void add_lab(CLI::App& app, std::string& lab) {
  app.add_option("-l,--lab", lab, "The lab; not needed if only one is running")
      ->type_name("NAME")
      ->envname("TOPOPROOF_LAB");
}

void add_up(const Adder& adder, UpCommand& command) {
  CLI::App* app = adder.add("up", "Start a lab: the network of a file, which goes on running",
                            "up nat.topo.yaml --name nat", command);
  app->alias("deploy");
  app->add_option("FILE", command.file, "A topology or a scenario")->required()->type_name("");
  app->add_option("--name", command.name, "The lab's name (the topology's)")->type_name("NAME");
  app->add_option("--variant", command.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
}

void add_down(const Adder& adder, DownCommand& command) {
  CLI::App* app = adder.add("down", "End labs, with all that runs in them", "down nat", command);
  app->alias("destroy");
  CLI::Option* labs = app->add_option("NAME", command.labs, "The labs (the only one)");
  labs->type_name("");
  app->add_flag("--all", command.all, "All labs of this user")->excludes(labs);
}

void add_exec(const Adder& adder, ExecCommand& command) {
  const std::string example = "exec red -- ping -c1 blue";
  CLI::App* exec = adder.add(
      "exec", "Run a program in a node of a lab: exec [OPTIONS] NODE [--] PROGRAM [ARGUMENT...]",
      example, command);
  exec->footer(fmt::format("{}\n\nExample: topoproof {}", kExitCodesOfExec, example));
  CLI::App* shell =
      adder.add("shell", "Open a shell in a node of a lab", "shell red --lab nat", command);
  shell->parse_complete_callback([&command] { command.shell = true; });
  for (CLI::App* app : {exec, shell}) {
    app->add_option("NODE", command.node, "The node")->required()->type_name("");
    add_lab(*app, command.lab);
  }
}

void add_link_action(const Adder& adder, LinkCommand& command, LinkAction action,
                     const std::string& name, const std::string& what) {
  CLI::App* app = adder.add(name, what, fmt::format("link {} red:eth0", name), command);
  app->parse_complete_callback([&command, action] { command.action = action; });
  app->add_option("NODE:INTERFACE", command.place, "The end of a link that is meant")
      ->required()
      ->type_name("");
  add_lab(*app, command.lab);
  if (action != LinkAction::Flap) return;
  app->add_option("--for", command.milliseconds, "How long it is down, in ms (1000)")
      ->check(CLI::Range(1U, 3'600'000U))
      ->type_name("MS");
}

void add_link(CLI::App& app, LinkCommand& command, Chosen& chosen) {
  CLI::App* link = app.add_subcommand("link", "Take an interface of a lab down, and up again");
  link->require_subcommand(1);
  link->footer("\nExample: topoproof link flap red:eth0 --for 500");
  const Adder adder(*link, chosen);
  add_link_action(adder, command, LinkAction::Up, "up",
                  "Bring it up, with the routes and addresses that it had by the topology");
  add_link_action(adder, command, LinkAction::Down, "down", "Take it down");
  add_link_action(adder, command, LinkAction::Flap, "flap", "Take it down for a while");
}

void add_inspect(const Adder& adder, InspectCommand& command) {
  CLI::App* app = adder.add(
      "inspect",
      "Show interfaces, addresses, routes, neighbours, bridge entries, rules with counters, "
      "connections and services of nodes",
      "inspect host --format json", command);
  app->add_option("NODE", command.nodes, "The nodes (all)")->type_name("");
  add_lab(*app, command.lab);
  add_choice(*app, "--format", kListFormats, command.format);
}

void add_logs(const Adder& adder, LogsCommand& command) {
  CLI::App* app =
      adder.add("logs", "Show what the services of a node have printed", "logs web nginx", command);
  app->add_option("NODE", command.node, "The node")->required()->type_name("");
  app->add_option("SERVICE", command.service, "The service (all of the node)")->type_name("");
  app->add_flag("-f,--follow", command.follow, "And what they go on to print, until Ctrl-C");
  add_lab(*app, command.lab);
}

void add_capture(const Adder& adder, CaptureCommand& command) {
  CLI::App* app = adder.add(
      "capture",
      "Show or save the frames of a lab as they come, or as long as a program runs: capture "
      "[PLACE...] -- PROGRAM [ARGUMENT...]",
      "capture red--host -w - | wireshark -k -i -", command);
  app->add_option("PLACE", command.places,
                  "NODE:INTERFACE, NODE, NODE--NODE (their links, at both ends), or all (all)")
      ->type_name("");
  add_lab(*app, command.lab);
  app->add_option("-w,--write", command.file, "Write pcapng to this file; - is standard output")
      ->type_name("FILE");
  app->add_option("-f,--filter", command.filter, "Only these frames, as tcpdump takes it: 'icmp'")
      ->type_name("EXPR");
  app->add_option("-c,--count", command.count, "End after so many frames")->type_name("N");
}

void add_apply(const Adder& adder, ApplyCommand& command) {
  CLI::App* app = adder.add("apply", "Make another network of a running lab, by the fewest steps",
                            "apply nat.topo.yaml --dry-run", command);
  app->add_option("FILE", command.file, "A topology or a scenario")->required()->type_name("");
  app->add_option("--variant", command.variants, "Use this variant of the topology")
      ->allow_extra_args(false)
      ->type_name("NAME");
  app->add_flag("--dry-run", command.dry_run, "Only show the steps");
  add_lab(*app, command.lab);
}

using ArgumentPlace = std::vector<std::string>::const_iterator;

ArgumentPlace behind_options(ArgumentPlace place, ArgumentPlace end) {
  while (place != end && place->starts_with('-') && *place != "--") {
    const bool takes_value = *place == "-l" || *place == "--lab";
    place += takes_value && place + 1 != end ? 2 : 1;
  }
  return place;
}

// Where the program begins in `exec [OPTION...] NODE [OPTION...] [--] PROGRAM ...`: no program's
// name begins with a dash.
ArgumentPlace behind_node(const std::vector<std::string>& arguments) {
  const auto node = behind_options(arguments.begin() + 1, arguments.end());
  return node == arguments.end() ? node : behind_options(node + 1, arguments.end());
}

}  // namespace

void add_live_commands(CLI::App& app, LiveCommands& commands, Chosen& chosen) {
  const Adder adder(app, chosen);
  add_up(adder, commands.up);
  add_down(adder, commands.down);
  CLI::App* list = adder.add("ls", "List the labs of this user", "ls", commands.list);
  add_choice(*list, "--format", kListFormats, commands.list.format);
  add_exec(adder, commands.exec);
  add_inspect(adder, commands.inspect);
  add_logs(adder, commands.logs);
  add_capture(adder, commands.capture);
  add_link(app, commands.link, chosen);
  add_apply(adder, commands.apply);
  static const CollectCommand collect;
  adder.add("gc", "Remove what is left of labs that were killed", "gc", collect);
}

std::vector<std::string> take_program_to_run(const std::vector<std::string>& arguments,
                                             LiveCommands& commands) {
  if (arguments.empty()) return arguments;
  auto end = arguments.end();  // of what is ours
  if (arguments.front() == "capture") end = std::ranges::find(arguments, "--");
  if (arguments.front() == "exec") end = behind_node(arguments);
  if (end == arguments.end()) return arguments;
  auto rest = end;
  if (*rest == "--") ++rest;
  auto& program = arguments.front() == "exec" ? commands.exec.arguments : commands.capture.program;
  program.assign(rest, arguments.end());
  return {arguments.begin(), end};
}

}  // namespace topoproof::program
