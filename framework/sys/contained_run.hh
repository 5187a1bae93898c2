// SPDX-License-Identifier: GPL-2.0-or-later
// A program of somebody else's that believes to be root of a machine: it has one of its own, which
// is gone with what it did when it was looked at. Also if the caller is root, it can change nothing
// of the real one: its capabilities, mounts, processes, host name and network are those of new
// namespaces, and what it cannot have of its own it can only read.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "sys/channel.hh"
#include "sys/contained_files.hh"
#include "sys/netns.hh"

namespace topoproof::sys {

struct ContainedProgram {
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment = {};  // in addition
  std::filesystem::path folder = "/";                                 // where it runs
  ContainedFiles files = {};
};

class ContainedRun {
 public:
  // Returns when the program has ended; what it has put into the background goes on as long as this
  // object is there. REQUIRES: enter_sandbox() was called; no second thread exists.
  // THROWS: SystemError; std::runtime_error with what is refused in there
  explicit ContainedRun(const ContainedProgram& program);
  ~ContainedRun();
  ContainedRun(const ContainedRun&) = delete;
  ContainedRun& operator=(const ContainedRun&) = delete;

  int exit_status() const { return exit_status_; }  // as a shell counts; of kCannotRun see errors()
  // What has been printed until now.
  std::string output() const;
  std::string errors() const;
  const Netns& netns() const { return netns_; }  // the one that it began in
  // With its files, on another thread. THROWS: what it throws; SystemError
  void perform(const std::function<void()>& inside) const;

 private:
  Fd output_;
  Fd errors_;
  Channel inside_;
  pid_t keeper_ = 0;
  int exit_status_ = 0;
  Fd mounts_;
  Netns netns_;
};

}  // namespace topoproof::sys
