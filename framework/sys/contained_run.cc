// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/contained_run.hh"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clone.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/join.hh"
#include "sys/memory_file.hh"
#include "sys/output.hh"
#include "sys/process.hh"
#include "sys/sandbox.hh"
#include "sys/signal_fd.hh"

namespace topoproof::sys {
namespace {

constexpr std::string_view kEnded = "ended ";

Fd open_or_throw(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) throw_errno("open " + path);
  return fd;
}

// Whoever is at the other side has come to the same point.
void await(Channel& channel) {
  if (!channel.receive()) ::_exit(1);
}

// Every user of here is the same one there.
std::string same_users(const char* map) {
  std::istringstream known(read_file(map).value_or(""));
  std::string lines;
  unsigned long inside = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
  while (known >> inside >> outside >> count) {
    lines += fmt::format("{} {} {}\n", inside, inside, count);
  }
  return lines;
}

void give_users(pid_t process) {
  write_file(fmt::format("/proc/{}/uid_map", process), same_users("/proc/self/uid_map"));
  write_file(fmt::format("/proc/{}/gid_map", process), same_users("/proc/self/gid_map"));
}

struct Streams {
  int output;
  int errors;
};

[[noreturn]] void become(const ContainedProgram& program, const Streams& streams) {
  int code = kCannotRun;
  const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const auto& [fd, standard] :
       {std::pair{nothing.get(), 0}, {streams.output, 1}, {streams.errors, 2}}) {
    if (::dup2(fd, standard) < 0) ::_exit(code);
  }
  try {
    restore_signals();
    if (::chdir(program.folder.c_str()) < 0) std::ignore = ::chdir("/");
    for (const auto& [name, value] : program.environment) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
    execute(program.arguments);
  } catch (const SystemError& refused) {
    code = refused.error() == ENOENT ? kNotFound : kCannotRun;
    print(Stream::Error, fmt::format("topoproof: {}\n", refused.what()));
  }
  ::_exit(code);
}

int wait_for_program(pid_t program) {
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) throw_errno("wait for a process");
    if (ended == program) break;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The first process in there, with which all others end.
void be_first(const ContainedProgram& program, const Streams& streams, Channel& keeper,
              Channel& outside) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  await(keeper);
  check_result(::unshare(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC),
               "create the namespaces of a machine");
  keeper.send("there");
  await(keeper);
  check_result(::unshare(CLONE_NEWNS), "create a mount namespace");
  show_processes();
  const pid_t child = check_result(::fork(), "start a process");
  if (child == 0) become(program, streams);
  const int status = wait_for_program(child);
  const Fd mounts = open_or_throw("/proc/self/ns/mnt");
  const Fd network = open_or_throw("/proc/self/ns/net");
  outside.send(fmt::format("{}{}", kEnded, status), std::array{mounts.get(), network.get()});
  outside.receive();  // nothing: it closes
}

// Who is between the two: it has the rights over what is made that those in there do not have.
void keep_place(const ContainedProgram& program, const Streams& streams, Channel& outside) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  check_result(::unshare(CLONE_NEWNS), "create a mount namespace");
  auto [ours, theirs] = Channel::open_pair();
  const pid_t first =
      check_result(clone_process(CLONE_NEWUSER | CLONE_NEWPID), "create user and PID namespaces");
  if (first == 0) {
    ours = Channel();
    be_first(program, streams, theirs, outside);
    ::_exit(0);
  }
  theirs = Channel();
  give_users(first);
  ours.send("go");
  await(ours);
  enter(Netns(open_or_throw(fmt::format("/proc/{}/ns/net", first))));
  contain_files(program.files);
  // In copies of these mounts it cannot be taken away, nor then be written again: ip-netns(8)
  // looks.
  show_devices(in_own_user_namespace() ? Writing::Allowed : Writing::Refused);
  ours.send("go");
  outside = Channel();
  ::waitpid(first, nullptr, 0);
}

[[noreturn]] void become_keeper(const ContainedProgram& program, const Streams& streams,
                                Channel& outside) {
  try {
    keep_place(program, streams, outside);
    ::_exit(0);
  } catch (const std::exception& refused) {
    try {
      if (outside.fd() >= 0) outside.send(refused.what());
    } catch (const std::exception&) {
      // Then nobody waits for it.
    }
  }
  ::_exit(1);
}

}  // namespace

ContainedRun::ContainedRun(const ContainedProgram& program)
    : output_(make_memory_file()), errors_(make_memory_file()) {
  auto [ours, theirs] = Channel::open_pair();
  keeper_ = check_result(::fork(), "start a process");
  if (keeper_ == 0) {
    ours = Channel();
    become_keeper(program, {output_.get(), errors_.get()}, theirs);
  }
  theirs = Channel();
  inside_ = std::move(ours);
  auto parcel = inside_.receive();
  const std::string text = parcel ? parcel->text : "it was killed";
  if (!text.starts_with(kEnded)) {
    throw std::runtime_error("a place to run a script in cannot be made: " + text);
  }
  exit_status_ = std::atoi(text.substr(kEnded.size()).c_str());
  mounts_ = std::move(parcel->descriptors.at(0));
  netns_ = Netns(std::move(parcel->descriptors.at(1)));
}

ContainedRun::~ContainedRun() {
  inside_ = Channel();
  if (keeper_ > 0) ::waitpid(keeper_, nullptr, 0);
}

std::string ContainedRun::output() const { return memory_text(output_); }
std::string ContainedRun::errors() const { return memory_text(errors_); }

void ContainedRun::perform(const std::function<void()>& inside) const {
  std::exception_ptr thrown;
  std::jthread([&] {
    try {
      check_result(::unshare(CLONE_FS), "part a thread's folder");
      check_result(::setns(mounts_.get(), CLONE_NEWNS), "enter a mount namespace");
      inside();
    } catch (const std::exception&) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace topoproof::sys
