// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/log_follower.hh"

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
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
    const auto services = services_named(client.folder(), question.node, question.service);
    for (const service::Status& service : services) {
      watch(service::log_of(logs_of(client.folder()), service.node, service.name), service.name);
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
    sys::Fd file;
  };

  void watch(const std::string& path, const std::string& service) {
    sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) sys::throw_errno(fmt::format("open {}", path));
    sys::check_result(::inotify_add_watch(changes_.get(), path.c_str(), IN_MODIFY),
                      "watch the log of a service");
    logs_.push_back({service, std::move(file)});
  }

  // Which of them changed is not asked: to read one that has not is cheap.
  void take_changes() {
    alignas(inotify_event) std::array<char, 4096> events{};
    while (::read(changes_.get(), events.data(), events.size()) > 0) {
    }
    show_all();
  }

  void show_all() {
    std::array<char, 4096> text{};
    for (const Log& log : logs_) {
      ssize_t count = 0;
      while ((count = ::read(log.file.get(), text.data(), text.size())) > 0) {
        show(log, {text.data(), static_cast<std::size_t>(count)});
      }
    }
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
