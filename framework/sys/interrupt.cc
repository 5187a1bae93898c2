// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/interrupt.hh"

#include <csignal>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

// A signal handler can reach nothing else than what is global, and lock-free.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

const std::atomic<bool>& catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  check_result(::sigaction(SIGINT, &action, nullptr), "catch SIGINT");
  check_result(::sigaction(SIGTERM, &action, nullptr), "catch SIGTERM");
  return interrupted;
}

}  // namespace topoproof::sys
