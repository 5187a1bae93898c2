// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/held_program.hh"

#include <cerrno>
#include <exception>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/join.hh"
#include "sys/output.hh"
#include "sys/process.hh"
#include "sys/signal_fd.hh"

namespace topoproof::sys {
namespace {

[[noreturn]] void run_at(Channel& word, const std::vector<std::string>& arguments) {
  int code = kCannotRun;
  try {
    if (!word.receive()) ::_exit(0);
    restore_signals();
    execute(arguments);
  } catch (const SystemError& refused) {
    code = refused.error() == ENOENT ? kNotFound : kCannotRun;
    print(Stream::Error, fmt::format("topoproof: {}\n", refused.what()));
  }
  ::_exit(code);
}

}  // namespace

HeldProgram::HeldProgram(const std::vector<std::string>& arguments) {
  auto [ours, childs] = Channel::open_pair();
  child_ = check_result(::fork(), "start a process");
  if (child_ == 0) {
    ours = Channel();
    run_at(childs, arguments);
  }
  word_ = std::move(ours);
  end_ = open_process(child_);
}

HeldProgram::~HeldProgram() {
  word_ = Channel();
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
}

void HeldProgram::release() { word_.send("go"); }

int HeldProgram::wait() {
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0) {
    if (errno != EINTR) throw_errno("wait for a process");
  }
  child_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace topoproof::sys
