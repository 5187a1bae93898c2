// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/event_loop.hh"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>

#include "base/check.hh"
#include "sys/error.hh"

namespace topoproof::sys {
namespace {

epoll_event make_event(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return event;
}

// Signals and other threads set flags, which make no event.
constexpr std::chrono::milliseconds kLongestWait{50};

}  // namespace

EventLoop::EventLoop() : epoll_(check_result(::epoll_create1(EPOLL_CLOEXEC), "create an epoll")) {}

void EventLoop::watch(int fd, std::uint32_t events, Handler handler) {
  const auto index = static_cast<std::size_t>(fd);
  if (handlers_.size() <= index) handlers_.resize(index + 1);
  TOPOPROOF_CHECK(handlers_[index] == nullptr, "a descriptor is watched once");
  epoll_event event = make_event(fd, events);
  check_result(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "watch a descriptor");
  handlers_[index] = std::make_shared<Handler>(std::move(handler));
}

void EventLoop::change(int fd, std::uint32_t events) {
  epoll_event event = make_event(fd, events);
  check_result(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event), "change a watched descriptor");
}

void EventLoop::forget(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  TOPOPROOF_CHECK(index < handlers_.size() && handlers_[index],
                  "only what is watched is forgotten");
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  handlers_[index] = nullptr;
}

int EventLoop::serve(int timeout_ms) {
  std::array<epoll_event, 256> events{};
  const int count =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  if (count < 0 && errno != EINTR) throw_errno("wait for events");
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    // Held while it runs: a handler may forget itself. Empty: an earlier one of this round has.
    const auto handler = handlers_[static_cast<std::size_t>(event.data.fd)];
    if (handler) (*handler)(event.events);
  }
  return std::max(count, 0);
}

bool EventLoop::run_until(const std::function<bool()>& done, Clock::time_point deadline) {
  while (!done()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      poll();  // what arrived at the last moment counts
      return done();
    }
    serve(static_cast<int>(std::min(left, kLongestWait).count()));
  }
  return true;
}

void EventLoop::wait() { serve(-1); }

int EventLoop::poll() { return serve(0); }

}  // namespace topoproof::sys
