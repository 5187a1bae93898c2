// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/running.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.hh"
#include "service/ports.hh"
#include "sys/rest.hh"

namespace topoproof::service {
namespace {

// All but where it prints.
sys::ServiceStart start_of(const std::string& node, const topology::Program& program,
                           const std::filesystem::path& base, const Options& options) {
  const auto file = base / program.where.file;
  sys::ServiceStart start{.arguments = program.command,
                          .environment = {{"TOPOPROOF_NODE", node}},
                          .files = options.name_files.of(node),
                          .host_name = node,
                          .folder = file.parent_path() / program.folder.value_or("."),
                          .own_processes = options.own_processes};
  if (!options.lab.empty()) start.environment.emplace_back("TOPOPROOF_LAB", options.lab);
  for (const auto& variable : program.environment) start.environment.push_back(variable);
  return start;
}

sys::ServiceProcess start_with(const sys::Netns& netns, sys::ServiceStart start,
                               const sys::Fd& output) {
  start.output = output.get();
  return {netns, start};
}

}  // namespace

Services::Running::Running(std::string node, const sys::Netns& netns, topology::Program program,
                           const std::filesystem::path& base, const Options& options, Logs& logs)
    : node_(std::move(node)),
      netns_(netns.dup()),
      program_(std::move(program)),
      start_(start_of(node_, program_, base, options)),
      printed_(logs, logs.file_of(node_, program_.name), program_.ready.log),
      process_(start_with(netns_, start_, printed_.take_output())),
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
  if (is_own) {
    process_.take_end(wait_status);
    printed_.catch_up();
  }
  const bool is_asking = asking_ && process == asking_->pid();
  if (is_asking) asking_->take_end(wait_status);
  return is_own || is_asking;
}

// What is missing is asked for before whether it has failed: what is there may be a part of the
// end.
void Services::Running::look() {
  if (is_ready_) return;
  const std::string still = missing();
  const bool has_failed = !process_.is_running() && *process_.exit_status() != 0;
  if (has_failed)
    fail(fmt::format("ended with status {} before it was ready", *process_.exit_status()));
  is_ready_ = still.empty();
  if (is_ready_ || sys::Clock::now() - started_ < program_.ready.within) return;
  fail(fmt::format("was not ready after {}: {}", to_string(program_.ready.within), still));
}

std::string Services::Running::trouble() {
  const Status now = status();
  const bool was_to_stay = now.exit_status != 0 || !program_.ready.ports.empty();
  if (now.state != State::Ended || !was_to_stay) return {};
  return trouble_of(now, printed_.file());
}

std::string Services::Running::missing() {
  if (!process_.has_begun()) return "its program has not been started";
  if (describe(program_.ready).empty()) return missing_rest();
  if (const std::string ports = missing_ports(); !ports.empty()) {
    return fmt::format("nobody listens on {}", ports);
  }
  if (!program_.ready.log.empty() && !printed_.has_awaited()) {
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

// One that does not say when it is ready is so once it has done all that it does unasked, and
// waits: what cannot run, or refuses its own files, ends without.
std::string Services::Running::missing_rest() {
  if (sys::is_at_rest(process_.pid()) || !process_.is_running()) return {};
  return "it does not say when it is (`ready:`), and has not come to a point where it waits";
}

// One at a time: the next is asked when the last one has said no.
bool Services::Running::command_holds() {
  if (command_held_) return true;
  if (asking_ && asking_->is_running()) return false;
  command_held_ = asking_ && asking_->exit_status() == 0;
  asking_.reset();
  if (command_held_) return true;
  sys::ServiceStart question = start_;
  question.arguments = program_.ready.command;
  asking_.emplace(netns_, question);
  return false;
}

void Services::Running::fail(const std::string& how) const {
  throw NotReady(fmt::format("service '{}' of '{}' {}; {}", program_.name, node_, how,
                             last_words(printed_.file())));
}

}  // namespace topoproof::service
