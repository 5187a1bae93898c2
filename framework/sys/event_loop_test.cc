// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/event_loop.hh"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

using namespace std::chrono_literals;

Fd open_event(unsigned count) {
  return Fd(check_result(::eventfd(count, EFD_CLOEXEC | EFD_NONBLOCK), "open an eventfd"));
}

TEST(EventLoop, ServesWhatIsReady) {
  EventLoop loop;
  const Fd event = open_event(1);
  int served = 0;
  loop.watch(event.get(), EPOLLIN, [&](std::uint32_t) {
    std::uint64_t value = 0;
    served += ::read(event.get(), &value, sizeof value) > 0 ? 1 : 0;
  });
  EXPECT_TRUE(loop.run_until([&] { return served == 1; }, Clock::now() + 10s));
  EXPECT_EQ(loop.poll(), 0);
}

TEST(EventLoop, EndsAtItsDeadline) {
  EventLoop loop;
  EXPECT_FALSE(loop.run_until([] { return false; }, Clock::now() + 1ms));
}

TEST(EventLoop, SeesWhatAnotherThreadHasSetLongBeforeItsDeadline) {
  EventLoop loop;
  std::atomic<bool> stop = false;
  const auto start = Clock::now();
  const std::jthread other([&] { stop = true; });
  EXPECT_TRUE(loop.run_until([&] { return stop.load(); }, start + 10min));
  EXPECT_LT(Clock::now() - start, 30s);
}

TEST(EventLoop, AHandlerMayForgetItselfAndOthersOfTheSameRound) {
  EventLoop loop;
  const Fd first = open_event(1);
  const Fd second = open_event(1);
  int served = 0;
  const auto forget_both = [&](std::uint32_t) {
    ++served;
    loop.forget(first.get());
    loop.forget(second.get());
  };
  loop.watch(first.get(), EPOLLIN, forget_both);
  loop.watch(second.get(), EPOLLIN, forget_both);
  loop.poll();
  EXPECT_EQ(served, 1);
  EXPECT_EQ(loop.poll(), 0);
}

}  // namespace
}  // namespace topoproof::sys
