// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/init_process.hh"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/sandbox.hh"

namespace topoproof::sys {
namespace {

// What is mounted here from now on is seen nowhere else; what is mounted outside comes in.
void part_mounts() {
  check_result(::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr), "part the mounts");
  // Refused where parts of /proc are hidden, as containers do: then the outer one stays.
  std::ignore = ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
}

Fd open_namespace(const char* kind) {
  const auto path = fmt::format("/proc/self/ns/{}", kind);
  return Fd(check_result(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open a namespace"));
}

}  // namespace

void become_init(const std::function<void(pid_t)>& known_as) {
  ::setsid();
  enter_sandbox();
  check_result(::unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC),
               "create PID, mount and IPC namespaces");
  const pid_t child = check_result(::fork(), "start the first process of a PID namespace");
  if (child > 0) {
    if (known_as) known_as(child);
    ::_exit(0);
  }
  part_mounts();
}

pid_t reap(int& wait_status) {
  const pid_t ended = ::waitpid(-1, &wait_status, WNOHANG);
  return ended > 0 ? ended : 0;
}

ProcessNamespaces own_namespaces() {
  return {
      .user = open_namespace("user"), .pid = open_namespace("pid"), .ipc = open_namespace("ipc")};
}

void close_all_but(std::vector<int> kept) {
  std::ranges::sort(kept);
  unsigned first = 3;
  for (const int fd : kept) {
    const auto next = static_cast<unsigned>(fd);
    if (next > first) ::close_range(first, next - 1, 0);
    first = next + 1;
  }
  ::close_range(first, ~0U, 0);
}

void detach_output(const char* path) {
  const Fd input(check_result(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null"));
  const Fd output(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.is_open()) throw_errno(fmt::format("open {}", path));
  for (const auto& [fd, standard] :
       {std::pair{input.get(), 0}, {output.get(), 1}, {output.get(), 2}}) {
    check_result(::dup2(fd, standard), "redirect a standard stream");
  }
}

}  // namespace topoproof::sys
