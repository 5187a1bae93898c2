// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/signal_fd.hh"

#include <cerrno>
#include <csignal>

#include <sys/signalfd.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {

SignalFd::SignalFd(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  check_result(::sigprocmask(SIG_BLOCK, &set, nullptr), "hold back signals");
  fd_ = Fd(check_result(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "open a signalfd"));
}

std::optional<int> SignalFd::next() {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
    return static_cast<int>(info.ssi_signo);
  }
  if (errno == EAGAIN || errno == EINTR) return std::nullopt;
  throw_errno("read a signal");
}

void restore_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGXFSZ}) {
    std::signal(signal, SIG_DFL);
  }
}

}  // namespace topoproof::sys
