// SPDX-License-Identifier: GPL-2.0-or-later
// What services print, in files that do not grow without end. A thread takes it from pipes, so that
// a service never waits for whoever started it, and whatever it prints, no more is kept than this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "sys/fd.hh"

namespace topoproof::service {

// A file that would become longer goes on as a new one; the last one stands beside it.
inline constexpr std::size_t kLongestLog = std::size_t{4} << 20;

// Where the log of a service is, and what was printed before what is in there.
std::filesystem::path log_of(const std::filesystem::path& logs, const std::string& node,
                             const std::string& service);
std::filesystem::path earlier_of(const std::filesystem::path& log);
// All that is kept.
std::string log_text(const std::filesystem::path& log);

class Log {
 public:
  // Goes on behind what is in the file. `awaited`: a text that is looked for; empty: none.
  // THROWS: sys::SystemError
  Log(std::filesystem::path file, std::string awaited);

  int input() const { return input_.get(); }  // readable when there is something to take
  // For the service to write to; once, then it is closed here.
  sys::Fd take_output() { return std::move(output_); }
  // Takes what is there, of one that prints faster than this a part. RETURNS: false if nobody can
  // print any more.
  bool take();
  bool has_awaited() const { return is_found_; }

 private:
  void write(std::string_view text);
  void look_for_awaited(std::string_view text);
  void begin_anew();

  std::filesystem::path path_;
  sys::Fd input_;
  sys::Fd output_;
  sys::Fd file_;
  std::size_t size_ = 0;
  std::string awaited_;
  std::string end_;  // of what was printed: the text may come in parts
  bool is_found_ = false;
};

// Those that are being written.
class Logs {
 public:
  explicit Logs(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~Logs();
  Logs(const Logs&) = delete;
  Logs& operator=(const Logs&) = delete;

  std::filesystem::path file_of(const std::string& node, const std::string& service) const {
    return log_of(folder_, node, service);
  }

  using Id = std::uint64_t;
  struct Opened {
    Id id;
    sys::Fd output;
  };
  Opened open(const std::filesystem::path& file,
              const std::string& awaited);  // THROWS: SystemError
  void catch_up(Id id);  // what the service has printed up to now stands in the file then
  // Whether the text that was awaited is in what the service has printed up to now.
  bool has_awaited(Id id);
  void close(Id id) noexcept;  // catches up before

 private:
  void start();
  void serve();
  void forget(const Log& log);

  std::filesystem::path folder_;
  std::mutex mutex_;  // of `open_`
  std::map<Id, std::unique_ptr<Log>> open_;
  Id last_ = 0;  // 0 is the end
  sys::Fd events_;
  sys::Fd end_;
  std::optional<std::jthread> thread_;
};

}  // namespace topoproof::service
