// SPDX-License-Identifier: GPL-2.0-or-later
// A program that is ready to run and waits for the word: what it does can be watched from its
// begin, by a process that has gone into other namespaces meanwhile.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "sys/channel.hh"
#include "sys/fd.hh"

namespace topoproof::sys {

class HeldProgram {
 public:
  // Forks; the child keeps the namespaces of now. REQUIRES: no second thread exists.
  // THROWS: SystemError
  explicit HeldProgram(const std::vector<std::string>& arguments);
  ~HeldProgram();  // a program that was not released never runs
  HeldProgram(const HeldProgram&) = delete;
  HeldProgram& operator=(const HeldProgram&) = delete;

  void release();                        // THROWS: SystemError
  int fd() const { return end_.get(); }  // readable when it has ended
  int wait();                            // RETURNS: its exit status, as a shell counts

 private:
  Channel word_;
  pid_t child_ = 0;
  Fd end_;
};

}  // namespace topoproof::sys
