// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/tap_set.hh"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace topoproof::capture {
namespace {

// Threads that share the jobs 0 .. count-1. They mostly sleep in the kernel, so there may be many.
class Crew {
 public:
  void start(std::size_t count, std::function<void(std::size_t)> job) {
    constexpr std::size_t kMostThreads = 200;
    next_ = 0;
    count_ = count;
    job_ = std::move(job);
    try {
      while (threads_.size() < std::min(count, kMostThreads)) {
        threads_.emplace_back([this] { work(); });
      }
    } catch (const std::system_error&) {
      if (threads_.empty()) work();  // no threads to be had: slower, nothing worse
    }
  }

  void wait() { threads_.clear(); }  // each joins

 private:
  void work() {
    for (std::size_t i = next_++; i < count_; i = next_++) job_(i);
  }

  std::atomic<std::size_t> next_ = 0;
  std::size_t count_ = 0;
  std::function<void(std::size_t)> job_;
  std::vector<std::jthread> threads_;
};

}  // namespace

std::size_t fit_rings(std::span<TapRequest> requests, std::size_t budget) {
  const auto total = [&] {
    std::size_t sum = 0;
    for (const TapRequest& request : requests) sum += ring_bytes(request.options);
    return sum;
  };
  std::size_t needed = total();
  while (needed > budget) {
    const std::size_t before = needed;
    const double factor = static_cast<double>(budget) / static_cast<double>(needed);
    for (TapRequest& request : requests) {
      const auto frames = static_cast<double>(request.options.frames) * factor;
      request.options.frames = std::max<std::size_t>(1, static_cast<std::size_t>(frames));
    }
    needed = total();
    if (needed == before) break;  // a page each is left
  }
  return needed;
}

class TapSet::Impl {
 public:
  explicit Impl(std::vector<TapRequest> requests)
      : requests_(std::move(requests)), opened_(requests_.size()) {
    for (const TapRequest& request : requests_) places_.push_back(request.ns->dup());
    crew_.start(requests_.size(), [this](std::size_t i) { open(i); });
  }

  ~Impl() {
    close();
    crew_.wait();
  }

  std::span<Tap> wait() {
    collect();
    if (failure_) std::rethrow_exception(failure_);
    return taps_;
  }

  void close() {
    collect();
    if (std::exchange(closing_, true)) return;
    crew_.start(taps_.size(), [this](std::size_t i) { const Tap closed = std::move(taps_[i]); });
  }

 private:
  void open(std::size_t i) {
    if (failed_) return;
    try {
      const sys::Netns place = std::move(places_[i]);
      sys::enter(place);
      opened_[i] = open_tap(requests_[i].options);
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!failed_.exchange(true)) failure_ = std::current_exception();
    }
  }

  void collect() {
    crew_.wait();
    for (auto& tap : std::exchange(opened_, {})) {
      if (tap) taps_.push_back(std::move(*tap));
    }
  }

  std::vector<TapRequest> requests_;
  std::vector<sys::Netns> places_;  // those that are not open yet
  std::vector<std::optional<Tap>> opened_;
  std::vector<Tap> taps_;
  bool closing_ = false;
  std::mutex mutex_;
  std::atomic<bool> failed_ = false;
  std::exception_ptr failure_;
  Crew crew_;  // last: its threads use all of the above
};

TapSet::TapSet(std::vector<TapRequest> requests)
    : impl_(std::make_unique<Impl>(std::move(requests))) {}
TapSet::TapSet(TapSet&&) noexcept = default;
TapSet& TapSet::operator=(TapSet&&) noexcept = default;
TapSet::~TapSet() = default;

std::span<Tap> TapSet::wait() { return impl_->wait(); }
void TapSet::close() { impl_->close(); }

}  // namespace topoproof::capture
