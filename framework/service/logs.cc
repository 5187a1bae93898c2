// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/logs.hh"

#include <array>
#include <csignal>
#include <system_error>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/files.hh"

namespace topoproof::service {
namespace {

constexpr std::size_t kAtOnce = std::size_t{64} << 10;  // as much as a pipe holds
constexpr int kRounds = 16;

sys::Fd open_log(const std::filesystem::path& path) {
  sys::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file.is_open()) sys::throw_errno(fmt::format("open {}", path.string()));
  return file;
}

std::size_t size_of(const sys::Fd& file) {
  struct stat status{};
  return ::fstat(file.get(), &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

void watch(const sys::Fd& events, int fd, Logs::Id id) {
  epoll_event wanted{.events = EPOLLIN, .data = {.u64 = id}};
  sys::check_result(::epoll_ctl(events.get(), EPOLL_CTL_ADD, fd, &wanted), "watch a descriptor");
}

}  // namespace

std::filesystem::path log_of(const std::filesystem::path& logs, const std::string& node,
                             const std::string& service) {
  return logs / fmt::format("{}.{}.log", node, service);
}

std::filesystem::path earlier_of(const std::filesystem::path& log) { return log.string() + ".1"; }

std::string log_text(const std::filesystem::path& log) {
  std::string text;
  for (const auto& file : {earlier_of(log), log}) {
    const sys::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.is_open()) text += sys::read_at_most(fd, kLongestLog).value_or("");
  }
  return text;
}

Log::Log(std::filesystem::path file, std::string awaited)
    : path_(std::move(file)), awaited_(std::move(awaited)) {
  int ends[2];
  sys::check_result(::pipe2(ends, O_CLOEXEC), "open a pipe");
  input_ = sys::Fd(ends[0]);
  output_ = sys::Fd(ends[1]);
  ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
  file_ = open_log(path_);
  size_ = size_of(file_);
}

bool Log::take() {
  std::array<char, kAtOnce> text{};
  for (int round = 0; round < kRounds; ++round) {
    const ssize_t count = ::read(input_.get(), text.data(), text.size());
    if (count == 0) return false;
    if (count < 0) return true;
    const std::string_view printed(text.data(), static_cast<std::size_t>(count));
    look_for_awaited(printed);
    write(printed);
  }
  return true;
}

// What cannot be kept (a disk that is full) is lost: the service is to go on.
void Log::write(std::string_view text) {
  if (size_ + text.size() > kLongestLog) begin_anew();
  const ssize_t written = ::write(file_.get(), text.data(), text.size());
  if (written > 0) size_ += static_cast<std::size_t>(written);
}

void Log::begin_anew() {
  std::error_code ignored;
  std::filesystem::rename(path_, earlier_of(path_), ignored);
  try {
    file_ = open_log(path_);
  } catch (const sys::SystemError&) {
    std::ignore = ::ftruncate(file_.get(), 0);
  }
  size_ = 0;
}

void Log::look_for_awaited(std::string_view text) {
  if (is_found_ || awaited_.empty()) return;
  end_ += text;
  is_found_ = end_.contains(awaited_);
  if (end_.size() >= awaited_.size()) end_.erase(0, end_.size() - awaited_.size() + 1);
}

Logs::~Logs() {
  if (!thread_) return;
  const std::uint64_t one = 1;
  std::ignore = ::write(end_.get(), &one, sizeof(one));
}

Logs::Opened Logs::open(const std::filesystem::path& file, const std::string& awaited) {
  if (!thread_) start();
  auto log = std::make_unique<Log>(file, awaited);
  sys::Fd output = log->take_output();
  const std::scoped_lock lock(mutex_);
  const Id id = ++last_;
  watch(events_, log->input(), id);
  open_.emplace(id, std::move(log));
  return {id, std::move(output)};
}

void Logs::catch_up(Id id) {
  const std::scoped_lock lock(mutex_);
  open_.at(id)->take();
}

bool Logs::has_awaited(Id id) {
  const std::scoped_lock lock(mutex_);
  Log& log = *open_.at(id);
  log.take();
  return log.has_awaited();
}

void Logs::close(Id id) noexcept {
  const std::scoped_lock lock(mutex_);
  const auto log = open_.find(id);
  if (log == open_.end()) return;
  log->second->take();
  forget(*log->second);
  open_.erase(log);
}

void Logs::forget(const Log& log) {
  ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, log.input(), nullptr);
}

// On a thread that takes no signals.
void Logs::start() {
  events_ = sys::Fd(sys::check_result(::epoll_create1(EPOLL_CLOEXEC), "create an epoll"));
  end_ = sys::Fd(sys::check_result(::eventfd(0, EFD_CLOEXEC), "open an eventfd"));
  watch(events_, end_.get(), 0);
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_.emplace([this] { serve(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Logs::serve() {
  std::array<epoll_event, 16> events{};
  while (true) {
    const int count =
        ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), -1);
    const std::scoped_lock lock(mutex_);
    for (int i = 0; i < count; ++i) {
      const Id id = events[static_cast<std::size_t>(i)].data.u64;
      if (id == 0) return;
      const auto log = open_.find(id);
      if (log != open_.end() && !log->second->take()) forget(*log->second);
    }
  }
}

}  // namespace topoproof::service
