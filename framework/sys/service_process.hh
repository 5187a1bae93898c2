// SPDX-License-Identifier: GPL-2.0-or-later
// A program that runs beside this process in a namespace, until it is ended with all that it has
// started.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "sys/fd.hh"
#include "sys/netns.hh"
#include "sys/surroundings.hh"

namespace topoproof::sys {

struct ServiceStart {
  std::vector<std::string> arguments;
  // In addition to what is there.
  std::vector<std::pair<std::string, std::string>> environment = {};
  FilePlaces files = {};  // put where it runs
  std::string host_name = {};
  std::filesystem::path folder = {};  // where it runs
  // Where what it prints goes, open until it is started; none: nowhere.
  int output = -1;
  // A PID namespace of its own, so that all it starts ends with it, and with this process. Needless
  // where this process is a PID namespace's first: then they end with that.
  bool own_processes = false;
};

class ServiceProcess {
 public:
  // What keeps the program from running after the start stands in its output; its exit status is
  // then kCannotRun. Other threads may exist. With `own_processes` it ends when the calling thread
  // does. THROWS: SystemError if there is no such program or folder, or no process
  ServiceProcess(const Netns& netns, const ServiceStart& start);
  ~ServiceProcess();
  ServiceProcess(ServiceProcess&& other) noexcept;
  ServiceProcess& operator=(ServiceProcess&&) = delete;

  pid_t pid() const { return pid_; }
  // Whether it has become the program (or has ended): until then it is a process of ours.
  bool has_begun() const;
  bool is_running();  // asks the kernel
  // As a shell counts: 128 + signal if a signal ended it; nothing while it runs.
  std::optional<int> exit_status() const { return exit_status_; }

  // It has been reaped by whoever reaps all of this process's children.
  void take_end(int wait_status);
  void ask_to_end();  // SIGTERM
  void end();         // SIGKILL, and waits

 private:
  void signal(int number) const;

  pid_t pid_ = 0;
  Fd begin_;  // of a pipe whose other end closes with the exec
  bool own_processes_ = false;
  std::optional<int> exit_status_ = {};
};

}  // namespace topoproof::sys
