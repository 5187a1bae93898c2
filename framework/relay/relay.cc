// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/relay.hh"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "impair/direction.hh"
#include "relay/frame_socket.hh"
#include "sys/error.hh"

namespace topoproof::relay {
namespace {

using std::chrono::nanoseconds;

// Frames of one socket that are taken in a row: the others wait meanwhile.
constexpr int kBurst = 64;

nanoseconds now() { return sys::Clock::now().time_since_epoch(); }

// A frame on its way, with the moment when it arrives.
struct UnderWay {
  nanoseconds arrival{};
  std::uint64_t order = 0;  // of those that arrive at the same time
  LinkNumber link = 0;
  std::size_t to = 0;
  Bytes frame;
  bool operator>(const UnderWay& other) const {
    return std::pair(arrival, order) > std::pair(other.arrival, other.order);
  }
};

struct Side {
  FrameSocket socket;
  impair::Direction direction{impair::Impairment()};
};

// The relay's own thread has all of it; others hand it what is to be done.
class Carrier {
 public:
  Carrier()
      : wake_(sys::check_result(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "open an eventfd")),
        timer_(sys::check_result(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
                                 "open a timer")) {
    loop_.watch(wake_.get(), EPOLLIN, [this](auto) { take_tasks(); });
    loop_.watch(timer_.get(), EPOLLIN, [this](auto) { clear(timer_); });
  }

  void run() {
    while (!ends_) {
      loop_.wait();
      deliver();
      tell_idle();
    }
  }

  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    const std::uint64_t one = 1;
    std::ignore = ::write(wake_.get(), &one, sizeof one);
  }

  void end() { ends_ = true; }

  void add(LinkNumber number, FrameSocket left, FrameSocket right) {
    auto& link =
        links_.emplace(number, Link{Side{std::move(left)}, Side{std::move(right)}}).first->second;
    for (const std::size_t from : {0U, 1U}) {
      loop_.watch(link[from].socket.fd(), EPOLLIN,
                  [this, number, from](auto) { carry(number, from, kBurst); });
    }
  }

  void remove(LinkNumber number) {
    const auto link = links_.find(number);
    if (link == links_.end()) return;
    for (const Side& side : link->second) loop_.forget(side.socket.fd());
    links_.erase(link);
  }

  void impair(LinkNumber number, std::size_t from, const impair::Impairment& impairment) {
    const auto link = links_.find(number);
    if (link != links_.end()) link->second[from].direction = impair::Direction(impairment);
  }

  void tell_when_idle(std::function<void()> tell) { idle_.push_back(std::move(tell)); }

 private:
  using Link = std::array<Side, 2>;

  static void clear(const sys::Fd& fd) {
    std::uint64_t count = 0;
    std::ignore = ::read(fd.get(), &count, sizeof count);
  }

  void take_tasks() {
    clear(wake_);
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks) task();
  }

  // RETURNS: whether there may be more.
  bool carry(LinkNumber number, std::size_t from, int most) {
    Side& side = links_.at(number)[from];
    for (int i = 0; i < most; ++i) {
      const BytesView frame = side.socket.receive();
      if (frame.empty()) return false;
      const BytesView packet = FrameSocket::packet_of(frame);
      for (const nanoseconds arrival : side.direction.pass(packet, packet.size() + 14, now())) {
        under_way_.push({arrival, order_++, number, 1 - from, Bytes(frame.begin(), frame.end())});
      }
    }
    return true;
  }

  void take_all() {
    for (auto& [number, link] : links_) {
      for (const std::size_t from : {0U, 1U}) {
        while (carry(number, from, kBurst)) {
        }
      }
    }
  }

  void deliver() {
    while (!under_way_.empty() && under_way_.top().arrival <= now()) {
      const UnderWay& next = under_way_.top();
      const auto link = links_.find(next.link);
      if (link != links_.end()) link->second[next.to].socket.send(next.frame);
      under_way_.pop();
    }
    if (!under_way_.empty()) set_timer(under_way_.top().arrival);
  }

  void set_timer(nanoseconds moment) const {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(moment);
    itimerspec at{};
    at.it_value.tv_sec = whole.count();
    at.it_value.tv_nsec = (moment - whole).count();
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
  }

  // What has come is taken in first: it was sent before this was asked, or is the answer to what
  // was delivered a moment ago.
  void tell_idle() {
    if (idle_.empty() || !under_way_.empty()) return;
    take_all();
    if (!under_way_.empty()) return set_timer(under_way_.top().arrival);
    for (const auto& tell : std::exchange(idle_, {})) tell();
  }

  sys::Fd wake_;
  sys::Fd timer_;
  sys::EventLoop loop_;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;  // under the mutex; the rest is the thread's own
  std::map<LinkNumber, Link> links_;
  std::priority_queue<UnderWay, std::vector<UnderWay>, std::greater<>> under_way_;
  std::uint64_t order_ = 0;
  std::vector<std::function<void()>> idle_;  // who waits for it
  bool ends_ = false;
};

}  // namespace

class Relay::Impl {
 public:
  ~Impl() {
    carrier.post([this] { carrier.end(); });
  }

  // Done before this returns.
  void perform(const std::function<void()>& task) {
    const auto done = std::make_shared<std::promise<void>>();
    carrier.post([&task, done] {
      task();
      done->set_value();
    });
    done->get_future().wait();
  }

  Carrier carrier;
  LinkNumber next = 0;
  std::jthread thread{[this] { carrier.run(); }};
};

Relay::Relay() : impl_(std::make_unique<Impl>()) {}
Relay::~Relay() = default;

LinkNumber Relay::add(const sys::Netns& netns, const std::array<std::string, 2>& interfaces) {
  std::optional<FrameSocket> left;
  std::optional<FrameSocket> right;
  sys::run_in(netns, [&] {
    left.emplace(interfaces[0]);
    right.emplace(interfaces[1]);
  });
  const LinkNumber number = impl_->next++;
  impl_->perform([&] { impl_->carrier.add(number, *std::move(left), *std::move(right)); });
  return number;
}

void Relay::remove(LinkNumber link) {
  impl_->perform([&] { impl_->carrier.remove(link); });
}

void Relay::impair(LinkNumber link, std::size_t from, const impair::Impairment& impairment) {
  impl_->perform([&] { impl_->carrier.impair(link, from, impairment); });
}

bool Relay::wait_until_idle(sys::Clock::time_point deadline) {
  const auto idle = std::make_shared<std::promise<void>>();
  impl_->carrier.post(
      [this, idle] { impl_->carrier.tell_when_idle([idle] { idle->set_value(); }); });
  return idle->get_future().wait_until(deadline) == std::future_status::ready;
}

}  // namespace topoproof::relay
