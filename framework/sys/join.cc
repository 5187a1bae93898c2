// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/join.hh"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/channel.hh"
#include "sys/error.hh"
#include "sys/output.hh"
#include "sys/process.hh"
#include "sys/signal_fd.hh"

namespace topoproof::sys {
namespace {

bool is_own(const Fd& ns, const char* kind) {
  struct stat own{};
  struct stat other{};
  const auto path = fmt::format("/proc/self/ns/{}", kind);
  return ::stat(path.c_str(), &own) == 0 && ::fstat(ns.get(), &other) == 0 &&
         own.st_ino == other.st_ino && own.st_dev == other.st_dev;
}

void join(const Fd& ns, int kind, const char* what) { check_result(::setns(ns.get(), kind), what); }

// The child whose signals are ours; a handler can reach nothing else than what is global.
volatile pid_t child_of_ours = 0;

// Ctrl-C and Ctrl-\ reach the child from the terminal, as they reach us: it decides what they mean.
void pass_on(int signal, siginfo_t* info, void* /*context*/) {
  const bool is_of_terminal = info->si_code > 0 && (signal == SIGINT || signal == SIGQUIT);
  if (child_of_ours > 0 && !is_of_terminal) ::kill(child_of_ours, signal);
}

void leave_signals_to_child() {
  struct sigaction passing{};
  passing.sa_sigaction = pass_on;
  passing.sa_flags = SA_RESTART | SA_SIGINFO;
  for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH}) {
    ::sigaction(signal, &passing, nullptr);
  }
  std::signal(SIGTTOU, SIG_IGN);
}

// A program that another PID namespace's group owns the terminal for cannot control it (to it, that
// group has no number); one with a group of its own can.
void take_terminal() {
  if (::isatty(STDIN_FILENO) == 0) return;
  ::setpgid(0, 0);
  std::signal(SIGTTOU, SIG_IGN);
  ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  std::signal(SIGTTOU, SIG_DFL);
}

void set_environment(const NodeProcess& process) {
  for (const auto& [name, value] : process.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
}

[[noreturn]] void become(const NodeProcess& process) {
  int code = kCannotRun;
  try {
    ::prctl(PR_SET_PDEATHSIG, SIGHUP);
    take_terminal();
    set_environment(process);
    restore_signals();
    execute(process.arguments);
  } catch (const SystemError& refused) {
    code = refused.error() == ENOENT ? kNotFound : kCannotRun;
    print(Stream::Error, fmt::format("topoproof: {}\n", refused.what()));
  } catch (const std::exception& refused) {
    print(Stream::Error, fmt::format("topoproof: {}\n", refused.what()));
  }
  ::_exit(code);
}

// What the process between us and the program says.
constexpr std::string_view kStopped = "stopped";

// A program that is stopped (Ctrl-Z) is to go on when we do.
void wait_until_continued(Channel& outside, pid_t program) {
  outside.send(kStopped);
  if (!outside.receive()) return;
  if (::isatty(STDIN_FILENO) == 1) ::tcsetpgrp(STDIN_FILENO, ::getpgid(program));
  ::kill(program, SIGCONT);
}

int wait_for_program(Channel& outside, pid_t program) {
  int status = 0;
  while (true) {
    if (::waitpid(program, &status, WUNTRACED) < 0) {
      if (errno != EINTR) throw_errno("wait for a process");
      continue;
    }
    if (!WIFSTOPPED(status)) break;
    wait_until_continued(outside, program);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A lab ends only when all its processes have been waited for. We, who are not of the lab, may be
// stopped then (Ctrl-Z), so that a process in there waits for the program; nobody has to for that
// one (SIGCHLD is ignored by us).
[[noreturn]] void stand_between(Channel& outside, const NodeProcess& process) {
  try {
    ::prctl(PR_SET_PDEATHSIG, SIGHUP);
    std::signal(SIGCHLD, SIG_DFL);
    // It shares our memory until it is the program: a copy costs a page fault for each page of ours
    // that either of us looks at. NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork)
    const pid_t program = check_result(::vfork(), "start a process");
    if (program == 0) become(process);
    child_of_ours = program;
    outside.send(std::to_string(wait_for_program(outside, child_of_ours)));
  } catch (const std::exception& refused) {
    print(Stream::Error, fmt::format("topoproof: {}\n", refused.what()));
  }
  ::_exit(0);
}

// RETURNS: the program's exit status; 128 + SIGKILL if all of the lab was ended.
int follow(Channel& inside) {
  while (const auto parcel = inside.receive()) {
    if (parcel->text != kStopped) return std::atoi(parcel->text.c_str());
    ::raise(SIGSTOP);  // so that the shell that called us goes on
    try {
      inside.send("continue");
    } catch (const SystemError&) {
      break;
    }
  }
  print(Stream::Error, "topoproof: the lab has ended, and the program with it\n");
  return 128 + SIGKILL;
}

}  // namespace

void join_user_namespace(const Fd& user) {
  if (is_own(user, "user")) return;
  join(user, CLONE_NEWUSER, "enter the user namespace of a lab");
  // Root outside is nobody in a user's namespace, until it says who it is. Others are root already.
  std::ignore = ::setresgid(0, 0, 0);
  std::ignore = ::setresuid(0, 0, 0);
}

int run_joined(const NodePlace& place, const NodeProcess& process) {
  std::error_code ignored;
  const auto folder = std::filesystem::current_path(ignored);
  join_user_namespace(place.process.user);
  join(place.process.ipc, CLONE_NEWIPC, "enter the IPC namespace of a lab");
  join(place.process.pid, CLONE_NEWPID, "enter the PID namespace of a lab");
  join(place.surroundings.uts, CLONE_NEWUTS, "enter the UTS namespace of a node");
  join(place.surroundings.mount, CLONE_NEWNS, "enter the mount namespace of a node");
  put_files(process.files);
  if (folder.empty() || ::chdir(folder.c_str()) < 0) std::ignore = ::chdir("/");
  enter(place.netns);
  leave_signals_to_child();
  std::signal(SIGCHLD, SIG_IGN);
  const pid_t group = ::tcgetpgrp(STDIN_FILENO);
  auto [ours, theirs] = Channel::open_pair();
  child_of_ours = check_result(::fork(), "start a process");
  if (child_of_ours == 0) {
    ours = Channel();
    stand_between(theirs, process);
  }
  theirs = Channel();
  const int status = follow(ours);
  if (group > 0) ::tcsetpgrp(STDIN_FILENO, group);
  return status;
}

}  // namespace topoproof::sys
