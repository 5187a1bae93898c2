// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/closing_watch.hh"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <tuple>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

void watch_closing(int socket, int end, const std::function<void()>& closed) {
  std::array<pollfd, 2> waiting{{{socket, POLLRDHUP, 0}, {end, POLLIN, 0}}};
  while (::poll(waiting.data(), waiting.size(), -1) < 0) {
    if (errno != EINTR) return;
  }
  if (waiting[1].revents == 0) closed();
}

}  // namespace

ClosingWatch::ClosingWatch(int socket, std::function<void()> closed)
    : end_(check_result(::eventfd(0, EFD_CLOEXEC), "open an eventfd")) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::jthread(
      [socket, end = end_.get(), what = std::move(closed)] { watch_closing(socket, end, what); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ClosingWatch::~ClosingWatch() {
  const std::uint64_t one = 1;
  std::ignore = ::write(end_.get(), &one, sizeof(one));
}

}  // namespace topoproof::sys
