// SPDX-License-Identifier: GPL-2.0-or-later
// One thread waits here for sockets, taps and deadlines. Nothing in it sleeps: a wait ends with an
// event, or at a deadline that the caller gives.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sys/fd.hh"

namespace topoproof::sys {

using Clock = std::chrono::steady_clock;

class EventLoop {
 public:
  using Handler = std::function<void(std::uint32_t events)>;  // EPOLLIN, EPOLLOUT, EPOLLERR, ...

  EventLoop();  // THROWS: SystemError

  // Calls `handler` whenever one of `events` is there (level triggered). A handler may watch and
  // forget descriptors, its own too. REQUIRES: `fd` stays open until forget(fd).
  void watch(int fd, std::uint32_t events, Handler handler);
  void change(int fd, std::uint32_t events);
  void forget(int fd);

  // Serves events until `done()` holds or the deadline has passed. `done` is asked after every
  // round of events, and every 50 ms: it may look at what a signal or another thread has set.
  // RETURNS: done().
  bool run_until(const std::function<bool()>& done, Clock::time_point deadline);
  // Serves the next events, however long they take to come: nothing else wakes it.
  void wait();
  // Serves what is ready now, without waiting. RETURNS: how many events were served.
  int poll();

 private:
  int serve(int timeout_ms);

  Fd epoll_;
  std::vector<std::shared_ptr<Handler>> handlers_;  // by descriptor number
};

}  // namespace topoproof::sys
