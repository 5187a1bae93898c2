// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/process.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/fd.hh"
#include "sys/memory_file.hh"
#include "sys/signal_fd.hh"

namespace topoproof::sys {
namespace {

// A socket pair rather than pipes: MSG_NOSIGNAL spares the process a SIGPIPE disposition.
struct SocketPair {
  Fd ours;
  Fd childs;
};

SocketPair open_socket_pair() {
  std::array<int, 2> ends{};
  check_result(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()),
               "open a channel to a process");
  return SocketPair{Fd(ends[0]), Fd(ends[1])};
}

// An ordinary user's PATH often lacks the directories where ip and nft live.
std::string search_path() {
  const char* path = std::getenv("PATH");
  return std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin";
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, char* const* arguments, int netns, int channel,
                         int errors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  restore_signals();
  const bool entered = netns < 0 || ::setns(netns, CLONE_NEWNET) == 0;
  if (entered && ::dup2(channel, 0) >= 0 && ::dup2(channel, 1) >= 0 && ::dup2(errors, 2) >= 0) {
    ::execv(program, arguments);
  }
  ::_exit(127);
}

// Sends some of `input`; closes our writing side when there is no more.
void feed(const Fd& channel, std::string_view& input) {
  const ssize_t count =
      ::send(channel.get(), input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return;
  // A child that does not read its input is free not to.
  input.remove_prefix(count < 0 ? input.size() : static_cast<std::size_t>(count));
  if (input.empty()) ::shutdown(channel.get(), SHUT_WR);
}

// Feeds stdin and drains the output together: either side could fill up otherwise.
std::string exchange_data(const Fd& channel, std::string_view input) {
  std::string output;
  std::array<char, 4096> buffer{};
  if (input.empty()) ::shutdown(channel.get(), SHUT_WR);
  while (true) {
    const int wanted = input.empty() ? POLLIN : POLLIN | POLLOUT;
    pollfd waiting{channel.get(), static_cast<short>(wanted), 0};
    if (::poll(&waiting, 1, -1) < 0) {
      if (errno == EINTR) continue;
      throw_errno("wait for the output of a process");
    }
    if ((waiting.revents & POLLOUT) != 0) feed(channel, input);
    if ((waiting.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    const ssize_t count = ::read(channel.get(), buffer.data(), buffer.size());
    if (count <= 0) return output;
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw_errno("wait for a process");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ArgumentList::ArgumentList(std::vector<std::string> arguments) : texts_(std::move(arguments)) {
  for (std::string& text : texts_) pointers_.push_back(text.data());
  pointers_.push_back(nullptr);
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const std::string path = search_path();
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    std::string candidate = path.substr(begin, end - begin) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  throw SystemError(ENOENT, "run " + name);
}

ProcessResult run_process(const std::vector<std::string>& arguments, const Netns* ns,
                          const std::string& input, Stderr errors) {
  const std::string program = find_program(arguments.front());
  const ArgumentList pointers(arguments);

  SocketPair channel = open_socket_pair();
  const Fd said = errors == Stderr::Apart ? make_memory_file() : Fd();
  const int netns = ns != nullptr ? ns->fd() : -1;
  const pid_t pid = check_result(::fork(), "start a process");
  if (pid == 0) {
    const int second = said.is_open() ? said.get() : channel.childs.get();
    become(program.c_str(), pointers.get(), netns, channel.childs.get(), second);
  }
  channel.childs.reset();
  std::string output = exchange_data(channel.ours, input);
  const int status = wait_for(pid);
  return {status, std::move(output), said.is_open() ? memory_text(said) : std::string()};
}

Fd open_process(pid_t pid) {
  if (pid <= 0) return {};
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.is_open() && errno != ESRCH) throw_errno("open a process");
  return process;
}

bool has_ended(const Fd& process) {
  pollfd asked{process.get(), POLLIN, 0};
  return !process.is_open() || ::poll(&asked, 1, 0) > 0;
}

void wait_for_end(const Fd& process) {
  if (!process.is_open()) return;
  pollfd waiting{process.get(), POLLIN, 0};
  while (::poll(&waiting, 1, -1) < 0) {
    if (errno != EINTR) throw_errno("wait for a process to end");
  }
}

bool wait_for_end(const Fd& process, std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  pollfd waiting{process.get(), POLLIN, 0};
  while (process.is_open()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int count = ::poll(&waiting, 1, static_cast<int>(std::max(left.count(), 0L)));
    if (count == 0) return false;
    if (count > 0) return true;
    if (errno != EINTR) throw_errno("wait for a process to end");
  }
  return true;
}

void kill_process(const Fd& process) {
  if (process.is_open()) ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
}

void execute(const std::vector<std::string>& arguments) {
  const std::string program = find_program(arguments.front());
  const ArgumentList pointers(arguments);
  ::execv(program.c_str(), pointers.get());
  throw_errno("run " + arguments.front());
}

}  // namespace topoproof::sys
