// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/interrupt.hh"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

// A signal handler can reach nothing else than what is global, and lock-free.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

const std::atomic<bool>& catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    if (signal == SIGHUP && is_ignored(signal)) continue;  // that is what nohup(1) is for
    if (::sigaction(signal, &action, nullptr) < 0) {
      throw_errno(fmt::format("catch SIG{}", ::sigabbrev_np(signal)));
    }
  }
  return interrupted;
}

bool is_interrupted() { return interrupted; }

}  // namespace topoproof::sys
