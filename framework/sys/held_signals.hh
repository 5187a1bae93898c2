// SPDX-License-Identifier: GPL-2.0-or-later
// For something that is to be put in order before the process ends: the signals that would end it
// wait meanwhile.
#pragma once

#include <csignal>

#include "sys/fd.hh"

namespace topoproof::sys {

// SIGINT, SIGTERM and SIGQUIT, and SIGHUP if it is not ignored.
class HeldSignals {
 public:
  HeldSignals();   // REQUIRES: no second thread exists. THROWS: SystemError
  ~HeldSignals();  // what has come and was not taken takes effect
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // Waits until there is something to read at `fd`. RETURNS: false if a signal came first; it is
  // taken then.
  bool wait_for(int fd) const;

 private:
  sigset_t before_;
  Fd fd_;
};

}  // namespace topoproof::sys
