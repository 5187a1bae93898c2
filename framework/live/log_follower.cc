// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/log_follower.hh"

#include <array>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/service_list.hh"
#include "sys/error.hh"
#include "sys/event_loop.hh"
#include "sys/fd.hh"

namespace topoproof::live {
namespace {

class Follower {
 public:
  Follower(Client& client, const LogQuestion& question,
           const std::function<void(std::string_view)>& show)
      : stop_(question.stop), show_(show) {
    const auto logs = logs_of(client.folder());
    sys::check_result(
        ::inotify_add_watch(changes_.get(), logs.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO),
        "watch the logs of services");
    for (const auto& one : services_named(client.folder(), question.node, question.service)) {
      add(service::log_of(logs, one.node, one.name), one.name);
    }
    loop_.watch(changes_.get(), EPOLLIN, [this](std::uint32_t) { take_changes(); });
    loop_.watch(client.fd(), EPOLLIN, [this, fd = client.fd()](std::uint32_t) {
      ended_ = true;
      loop_.forget(fd);
    });
  }

  bool follow() {
    const auto done = [this] { return ended_ || (stop_ != nullptr && *stop_); };
    show_all();
    while (!loop_.run_until(done, sys::Clock::now() + std::chrono::hours(1))) {
    }
    show_all();  // what they said last
    return ended_;
  }

 private:
  struct Log {
    std::string service;
    std::filesystem::path path;
    sys::Fd file;
  };

  static sys::Fd open(const std::filesystem::path& path) {
    return sys::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }

  void add(const std::filesystem::path& path, const std::string& service) {
    sys::Fd earlier = open(service::earlier_of(path));
    sys::Fd file = earlier.is_open() ? std::move(earlier) : open(path);
    if (!file.is_open()) sys::throw_errno(fmt::format("open {}", path.string()));
    logs_.push_back({service, path, std::move(file)});
  }

  // Which of them changed is not asked: to read one that has not is cheap.
  void take_changes() {
    alignas(inotify_event) std::array<char, 4096> events{};
    while (::read(changes_.get(), events.data(), events.size()) > 0) {
    }
    show_all();
  }

  void show_all() {
    for (Log& log : logs_) {
      show_rest(log);
      while (goes_on_elsewhere(log)) {
        show_rest(log);  // what came before it went on
        log.file = next_of(log);
        show_rest(log);
      }
    }
  }

  void show_rest(const Log& log) {
    std::array<char, 4096> text{};
    ssize_t count = 0;
    while ((count = ::read(log.file.get(), text.data(), text.size())) > 0) {
      show(log, {text.data(), static_cast<std::size_t>(count)});
    }
  }

  static bool is_same(const sys::Fd& a, const sys::Fd& b) {
    struct stat one{};
    struct stat other{};
    return ::fstat(a.get(), &one) == 0 && ::fstat(b.get(), &other) == 0 &&
           one.st_ino == other.st_ino && one.st_dev == other.st_dev;
  }

  static bool goes_on_elsewhere(const Log& log) {
    const sys::Fd now = open(log.path);
    return now.is_open() && !is_same(now, log.file);
  }

  // Of a service that prints faster than it is read whole files may be gone.
  sys::Fd next_of(const Log& log) {
    sys::Fd earlier = open(service::earlier_of(log.path));
    if (earlier.is_open() && is_same(earlier, log.file)) return open(log.path);
    show(log, "\n[what it printed then is not kept any more]\n");
    return earlier.is_open() ? std::move(earlier) : open(log.path);
  }

  void show(const Log& log, std::string_view text) {
    if (logs_.size() > 1 && last_ != &log) {
      show_(fmt::format("{}==> {} <==\n", last_ == nullptr ? "" : "\n", log.service));
    }
    last_ = &log;
    show_(text);
  }

  const std::atomic<bool>* stop_;
  const std::function<void(std::string_view)>& show_;
  sys::Fd changes_{sys::check_result(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "watch files")};
  std::vector<Log> logs_;
  const Log* last_ = nullptr;
  sys::EventLoop loop_;
  bool ended_ = false;
};

}  // namespace

bool follow_logs(Client& client, const LogQuestion& question,
                 const std::function<void(std::string_view)>& show) {
  return Follower(client, question, show).follow();
}

}  // namespace topoproof::live
