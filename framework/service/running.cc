// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/running.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.hh"
#include "service/hosts.hh"
#include "service/ports.hh"
#include "sys/files.hh"

namespace topoproof::service {
namespace {

// One that does not say when it is ready is so once it has run this long: what cannot run, or
// refuses its own files, has ended by then.
constexpr std::chrono::milliseconds kSteady(100);

sys::ServiceStart start_of(const std::string& node, const topology::Program& program,
                           const std::filesystem::path& base, const Options& options) {
  const auto file = base / program.where.file;
  sys::ServiceStart start{.process = {.arguments = program.command,
                                      .environment = {{"TOPOPROOF_NODE", node}},
                                      .files = name_files(options.name_files, node)},
                          .host_name = node,
                          .folder = file.parent_path() / program.folder.value_or("."),
                          .output = log_of(options.logs, node, program.name),
                          .own_processes = options.own_processes};
  if (!options.lab.empty()) start.process.environment.emplace_back("TOPOPROOF_LAB", options.lab);
  for (const auto& variable : program.environment) start.process.environment.push_back(variable);
  return start;
}

}  // namespace

Services::Running::Running(std::string node, const sys::Netns& netns, topology::Program program,
                           const std::filesystem::path& base, const Options& options)
    : node_(std::move(node)),
      netns_(netns.dup()),
      program_(std::move(program)),
      start_(start_of(node_, program_, base, options)),
      process_(netns_, start_),
      started_(sys::Clock::now()) {}

Status Services::Running::status() {
  const bool runs = process_.is_running();
  // One that has gone into the background is there no less; where it has processes of its own, none
  // of them is left.
  const bool is_there = runs || (process_.exit_status() == 0 && !program_.ready.ports.empty() &&
                                 !start_.own_processes);
  Status status{.node = node_,
                .name = program_.name,
                .state = !is_there   ? State::Ended
                         : is_ready_ ? State::Ready
                                     : State::Starting,
                .process = runs ? process_.pid() : 0,
                .exit_status = process_.exit_status(),
                .command = topology::command_text(program_.command),
                .readiness = describe(program_.ready)};
  return status;
}

bool Services::Running::take_end(int process, int wait_status) {
  const bool is_own = process == process_.pid();
  if (is_own) process_.take_end(wait_status);
  const bool is_asking = asking_ && process == asking_->pid();
  if (is_asking) asking_->take_end(wait_status);
  return is_own || is_asking;
}

void Services::Running::look() {
  if (is_ready_) return;
  const bool has_ended = !process_.is_running();
  const bool has_failed = has_ended && *process_.exit_status() != 0;
  const std::string still = missing();
  const auto age = sys::Clock::now() - started_;
  const bool is_steady = has_ended || !describe(program_.ready).empty() ||
                         age >= std::min<std::chrono::nanoseconds>(kSteady, program_.ready.within);
  is_ready_ = still.empty() && !has_failed && is_steady;
  if (is_ready_) return;
  if (has_failed)
    fail(fmt::format("ended with status {} before it was ready", *process_.exit_status()));
  if (age < program_.ready.within) return;
  fail(fmt::format("was not ready after {}: {}", to_string(program_.ready.within), still));
}

std::string Services::Running::trouble() {
  const Status now = status();
  const bool was_to_stay = now.exit_status != 0 || !program_.ready.ports.empty();
  if (now.state != State::Ended || !was_to_stay) return {};
  return trouble_of(now, start_.output);
}

std::string Services::Running::missing() {
  if (const std::string ports = missing_ports(); !ports.empty()) {
    return fmt::format("nobody listens on {}", ports);
  }
  if (!program_.ready.log.empty() && !has_printed()) {
    return fmt::format("it has printed no line with '{}'", program_.ready.log);
  }
  if (!program_.ready.command.empty() && !command_holds()) {
    return fmt::format("`{}` has not ended with 0", topology::command_text(program_.ready.command));
  }
  return {};
}

std::string Services::Running::missing_ports() const {
  if (program_.ready.ports.empty()) return {};
  const auto open = sys::call_in(netns_, [] { return observe_ports(); });
  std::vector<std::string> missing;
  for (const flow::Service& port : program_.ready.ports) {
    if (!open.contains(port)) missing.push_back(to_string(port));
  }
  return fmt::format("{}", fmt::join(missing, ", "));
}

bool Services::Running::has_printed() const {
  const auto log = sys::read_file(start_.output);
  return log && log->contains(program_.ready.log);
}

// One at a time: the next is asked when the last one has said no.
bool Services::Running::command_holds() {
  if (command_held_) return true;
  if (asking_ && asking_->is_running()) return false;
  command_held_ = asking_ && asking_->exit_status() == 0;
  asking_.reset();
  if (command_held_) return true;
  sys::ServiceStart question = start_;
  question.process.arguments = program_.ready.command;
  question.output = "/dev/null";
  asking_.emplace(netns_, question);
  return false;
}

void Services::Running::fail(const std::string& how) const {
  throw NotReady(fmt::format("service '{}' of '{}' {}; {}", program_.name, node_, how,
                             last_words(start_.output)));
}

}  // namespace topoproof::service
