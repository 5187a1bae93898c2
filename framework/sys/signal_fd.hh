// SPDX-License-Identifier: GPL-2.0-or-later
// Signals as something to wait for in an event loop.
#pragma once

#include <initializer_list>
#include <optional>

#include "sys/fd.hh"

namespace topoproof::sys {

class SignalFd {
 public:
  // From now on these signals of the process are read here, and do nothing else. REQUIRES: no
  // second thread exists yet: it would go on taking them. THROWS: SystemError
  explicit SignalFd(std::initializer_list<int> signals);

  int fd() const { return fd_.get(); }
  std::optional<int> next();  // RETURNS: nothing if none has come

 private:
  Fd fd_;
};

// In a child before it becomes another program: every signal means what it does by default.
// Safe between fork and exec.
void restore_signals();

}  // namespace topoproof::sys
