// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/program.hh"

#include <exception>

#include <fmt/format.h>

#include "base/printable.hh"
#include "lab/limits.hh"
#include "program/command_line.hh"
#include "program/commands.hh"
#include "program/live_commands.hh"
#include "sys/error.hh"
#include "sys/interrupt.hh"
#include "sys/output.hh"
#include "sys/sandbox.hh"
#include "sys/standard_streams.hh"

namespace topoproof::program {
namespace {

class Runner {
 public:
  explicit Runner(const Surroundings& surroundings) : surroundings_(surroundings) {}

  int operator()(const TestCommand& command) const {
    return run_test(command, console_, sys::catch_interrupts(), surroundings_);
  }
  int operator()(const TraceCommand& command) const {
    return run_trace(command, console_, surroundings_.in_sandbox);
  }
  int operator()(const DiffCommand& command) const {
    return run_diff(command, console_, surroundings_.in_sandbox);
  }
  int operator()(const ReachCommand& command) const {
    return run_reach(command, console_, surroundings_.in_sandbox);
  }
  int operator()(const LintCommand& command) const { return run_lint(command, console_); }
  int operator()(const PlanCommand& command) const { return run_plan(command, console_); }
  int operator()(const GraphCommand& command) const { return run_graph(command, console_); }
  int operator()(const SnapshotCommand& command) const { return run_snapshot(command, console_); }
  int operator()(const ImportCommand& command) const {
    const bool shell = command.format == ImportFormat::Shell;
    return shell ? run_import_shell(command, console_) : run_import(command, console_);
  }
  int operator()(const GenerateCommand& command) const { return run_generate(command, console_); }
  int operator()(const RulesCommand& command) const { return run_rules(command, console_); }
  int operator()(const UpCommand& command) const { return run_up(command, console_); }
  int operator()(const DownCommand& command) const { return run_down(command, console_); }
  int operator()(const ListCommand& command) const { return run_list(command, console_); }
  int operator()(const ExecCommand& command) const { return run_exec(command, console_); }
  int operator()(const LinkCommand& command) const { return run_link(command, console_); }
  int operator()(const InspectCommand& command) const { return run_inspect(command, console_); }
  int operator()(const LogsCommand& command) const {
    return run_logs(command, console_, sys::catch_interrupts());
  }
  int operator()(const CaptureCommand& command) const {
    return run_capture(command, console_, sys::catch_interrupts());
  }
  int operator()(const ApplyCommand& command) const { return run_apply(command, console_); }
  int operator()(const CollectCommand&) const { return run_collect(console_); }
  int operator()(const FuzzCommand& command) const {
    return run_fuzz(command, console_, sys::catch_interrupts());
  }
  int operator()(const MutateCommand& command) const {
    return run_mutate(command, console_, sys::catch_interrupts(), surroundings_);
  }
  int operator()(const DoctorCommand&) const { return run_doctor(console_); }
  int operator()(const VersionCommand&) const { return run_version(console_); }

 private:
  Surroundings surroundings_;
  Console console_ = make_console();
};

// RETURNS: whether the process is in a sandbox then.
bool enter_sandbox_for(const Command& command) {
  if (needs_sandbox(command)) {
    sys::enter_sandbox();
    return true;
  }
  if (!wants_sandbox(command)) return false;
  try {
    sys::enter_sandbox();
    return true;
  } catch (const sys::SystemError&) {
    return false;  // then what needs one is told as unknown
  }
}

int run(const std::vector<std::string>& arguments) {
  const auto command = parse_command_line(arguments);
  if (!command) {
    const Answer& answer = command.error();
    sys::print(answer.exit_code == 0 ? sys::Stream::Out : sys::Stream::Error, answer.text);
    return answer.exit_code;
  }
  // The machine's limits can be read in its own network namespace only.
  Surroundings surroundings;
  if (needs_sandbox(*command)) surroundings.limits = lab::plan_limits(lab::observe_limits());
  surroundings.in_sandbox = enter_sandbox_for(*command);
  return std::visit(Runner(surroundings), *command);
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
  try {
    sys::take_closed_streams();
    sys::survive_file_size_limit();
    return run(arguments);
  } catch (const std::exception& error) {
    try {
      sys::print(sys::Stream::Error, "topoproof: " + printable_lines(error.what()));
    } catch (const std::exception&) {
      // Nobody can be told; the exit code says it.
    }
    return kHarnessFailed;
  }
}

}  // namespace topoproof::program
