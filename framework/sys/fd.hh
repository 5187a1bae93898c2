// SPDX-License-Identifier: GPL-2.0-or-later
// An owned file descriptor. Whoever opens one sets CLOEXEC in the same call.
#pragma once

#include <utility>

namespace topoproof::sys {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}  // takes ownership; negative means none
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept;
  Fd dup() const;  // a second descriptor of the same thing. THROWS: SystemError

 private:
  int fd_ = -1;
};

}  // namespace topoproof::sys
