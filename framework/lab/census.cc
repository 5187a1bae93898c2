// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/census.hh"

#include <cerrno>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netlink/observe.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/netns.hh"

namespace topoproof::lab {
namespace {

constexpr std::size_t kLimit = 10;
constexpr const char* kLimitFile = "/proc/sys/user/max_net_namespaces";

// One namespace more; false if the limit forbids it.
bool create_one(std::vector<sys::Netns>& created) {
  try {
    created.push_back(sys::Netns::create());
    return true;
  } catch (const sys::SystemError& refused) {
    if (refused.error() != ENOSPC) throw;
    return false;
  }
}

std::string result_of(const std::function<std::string()>& f) {
  try {
    sys::check_result(::unshare(CLONE_NEWUSER | CLONE_NEWNET), "enter namespaces of its own");
    return f();
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

int wait_for(pid_t child) {
  int status = 0;
  sys::check_result(::waitpid(child, &status, 0), "wait for a child");
  return status;
}

}  // namespace

std::string in_own_namespaces(const std::function<std::string()>& f) {
  int ends[2];
  sys::check_result(::pipe(ends), "make a pipe");
  const sys::Fd read_end(ends[0]);
  sys::Fd write_end(ends[1]);
  const pid_t child = sys::check_result(::fork(), "start a child");
  if (child == 0) {
    const std::string result = result_of(f);
    const bool written = ::write(write_end.get(), result.data(), result.size()) >= 0;
    ::_exit(written ? 0 : 1);
  }
  write_end.reset();
  std::string result = read_all(read_end.get());
  wait_for(child);
  return result;
}

bool no_namespace_is_left(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto limit_before = sys::read_file(kLimitFile).value();
  sys::write_file(kLimitFile, std::to_string(kLimit));
  std::vector<sys::Netns> created;  // kept until the end: each that dies is one more to wait for
  const auto filled = [&] { return created.size() == kLimit - 1; };
  while (!filled() && std::chrono::steady_clock::now() < deadline) {
    if (!create_one(created)) std::this_thread::yield();
  }
  sys::write_file(kLimitFile, limit_before);
  return filled();
}

int signal_that_ends(const std::function<void()>& f) {
  const pid_t child = sys::check_result(::fork(), "start a child");
  if (child == 0) {
    f();
    ::_exit(0);
  }
  const int status = wait_for(child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::string surroundings() {
  netlink::Socket socket(netlink::Protocol::Route);
  const bool has_children = ::waitpid(-1, nullptr, WNOHANG) == 0;
  return state::describe(netlink::observe_namespace(socket)) +
         sys::read_file("/proc/self/mountinfo").value_or("") +
         (has_children ? "children" : "no children");
}

}  // namespace topoproof::lab
