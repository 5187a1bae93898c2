// SPDX-License-Identifier: GPL-2.0-or-later
// While a process is busy with something: whether the one that it does it for is still there.
#pragma once

#include <functional>
#include <thread>

#include "sys/fd.hh"

namespace topoproof::sys {

class ClosingWatch {
 public:
  // Calls `closed`, on a thread that takes no signals, if the other side of the socket closes
  // before this object goes. THROWS: SystemError
  ClosingWatch(int socket, std::function<void()> closed);
  ~ClosingWatch();
  ClosingWatch(const ClosingWatch&) = delete;
  ClosingWatch& operator=(const ClosingWatch&) = delete;

 private:
  Fd end_;
  std::jthread thread_;
};

}  // namespace topoproof::sys
