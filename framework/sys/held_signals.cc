// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/held_signals.hh"

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

// That is what nohup(1) is for.
bool is_left_out(int signal) {
  struct sigaction action{};
  return signal == SIGHUP && ::sigaction(signal, nullptr, &action) == 0 &&
         action.sa_handler == SIG_IGN;
}

}  // namespace

HeldSignals::HeldSignals() {
  sigset_t held;
  ::sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    if (!is_left_out(signal)) ::sigaddset(&held, signal);
  }
  check_result(::sigprocmask(SIG_BLOCK, &held, &before_), "hold back signals");
  fd_ = Fd(check_result(::signalfd(-1, &held, SFD_CLOEXEC), "open a signalfd"));
}

HeldSignals::~HeldSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

bool HeldSignals::wait_for(int fd) const {
  std::array<pollfd, 2> waiting{{{fd, POLLIN, 0}, {fd_.get(), POLLIN, 0}}};
  while (::poll(waiting.data(), waiting.size(), -1) < 0) {
    if (errno != EINTR) throw_errno("wait for another process");
  }
  if ((waiting[1].revents & POLLIN) == 0) return true;
  signalfd_siginfo taken{};
  return ::read(fd_.get(), &taken, sizeof(taken)) != static_cast<ssize_t>(sizeof(taken));
}

}  // namespace topoproof::sys
