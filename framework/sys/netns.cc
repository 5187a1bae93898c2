// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/netns.hh"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

Fd open_own_netns() {
  return Fd(check_result(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC),
                         "open the network namespace of this thread"));
}

Netns unshare_netns() {
  check_result(::unshare(CLONE_NEWNET), "create a network namespace");
  return Netns(open_own_netns());
}

// Runs `f` on a fresh thread, waits, and rethrows what it threw.
void run_on_thread(const std::function<void()>& f) {
  std::exception_ptr thrown;
  std::thread([&] {
    try {
      f();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

Netns Netns::current() { return Netns(open_own_netns()); }

Netns Netns::create() {
  Netns created;
  run_on_thread([&] { created = unshare_netns(); });
  return created;
}

std::uint64_t Netns::id() const {
  struct stat info{};
  check_result(::fstat(fd_.get(), &info), "read the number of a network namespace");
  return info.st_ino;
}

void enter(const Netns& ns) {
  check_result(::setns(ns.fd(), CLONE_NEWNET), "enter a network namespace");
}

void run_in(const Netns& ns, const std::function<void()>& f) {
  run_on_thread([&] {
    enter(ns);
    f();
  });
}

// A hand-over of one job at a time: the caller waits, so plain references are safe.
class NetnsWorker::Impl {
 public:
  Impl() : thread_([this] { loop(); }) {}

  ~Impl() {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }

  void run(const std::function<void()>& job) {
    if (std::this_thread::get_id() == thread_.get_id()) return job();
    std::unique_lock lock(mutex_);
    job_ = &job;
    changed_.notify_all();
    changed_.wait(lock, [this] { return job_ == nullptr; });
    if (auto thrown = std::exchange(thrown_, nullptr)) std::rethrow_exception(thrown);
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || job_ != nullptr; });
      if (job_ == nullptr) return;
      try {
        (*job_)();
      } catch (...) {
        thrown_ = std::current_exception();
      }
      job_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* job_ = nullptr;
  std::exception_ptr thrown_;
  bool stop_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

NetnsWorker::NetnsWorker() : impl_(std::make_unique<Impl>()) {}
NetnsWorker::~NetnsWorker() = default;

Netns NetnsWorker::create(const std::function<void()>& f) {
  Netns created;
  impl_->run([&] {
    created = unshare_netns();
    if (f) f();
  });
  return created;
}

void NetnsWorker::run(const Netns& ns, const std::function<void()>& f) {
  impl_->run([&] {
    enter(ns);
    f();
  });
}

void NetnsWorker::perform(const std::function<void()>& f) { impl_->run(f); }

}  // namespace topoproof::sys
