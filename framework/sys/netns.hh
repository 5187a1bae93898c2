// SPDX-License-Identifier: GPL-2.0-or-later
// Network namespaces held by file descriptors. When the last descriptor is closed (also by
// kill -9), the kernel removes the namespace with all that is in it, a moment later: there is no
// name in /run/netns and nothing to clean up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "sys/fd.hh"

namespace topoproof::sys {

class Netns {
 public:
  Netns() = default;
  explicit Netns(Fd fd) : fd_(std::move(fd)) {}
  static Netns current();  // the calling thread's. THROWS: SystemError
  static Netns create();   // a new, empty one; the caller stays where it is. THROWS: SystemError

  int fd() const { return fd_.get(); }
  bool is_open() const { return fd_.is_open(); }
  std::uint64_t id() const;  // inode number, as `readlink /proc/PID/ns/net` shows it
  Netns dup() const { return Netns(fd_.dup()); }

 private:
  Fd fd_;
};

// One thread that does what must be done inside namespaces: create them, open sockets in them,
// write their sysctls. The caller's own thread never changes namespace, so no error path can
// leave it in the wrong one. Entering costs 2-3 us.
class NetnsWorker {
 public:
  NetnsWorker();
  ~NetnsWorker();
  NetnsWorker(const NetnsWorker&) = delete;
  NetnsWorker& operator=(const NetnsWorker&) = delete;

  // A new namespace, in which `f` (if any) is run at once. THROWS: SystemError, what `f` throws
  Netns create(const std::function<void()>& f = nullptr);
  // Runs `f` inside `ns` and waits for it. THROWS: what `f` throws, SystemError if `ns` cannot be
  // entered. A socket or tap that `f` opens stays in `ns` and may be used from any thread.
  void run(const Netns& ns, const std::function<void()>& f);
  // Runs `f` on the worker's thread, in whatever namespace that is, and waits. Within it create()
  // and run() are done at once: to wake a thread costs 50-200 us, for each of a thousand
  // namespaces. THROWS: what `f` throws.
  void perform(const std::function<void()>& f);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The calling thread enters `ns` and stays there. Only for the threads of a pool, which belong to
// nobody else. THROWS: SystemError
void enter(const Netns& ns);

// Runs `f` inside `ns` on a thread of its own and waits. For the odd call; loops use a worker.
void run_in(const Netns& ns, const std::function<void()>& f);

template <class F>
auto call_in(const Netns& ns, F f) {
  decltype(f()) result{};
  run_in(ns, [&] { result = f(); });
  return result;
}

}  // namespace topoproof::sys
