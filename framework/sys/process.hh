// SPDX-License-Identifier: GPL-2.0-or-later
// A child process inside a namespace, with its output captured. The kernel ends it if we die.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sys/netns.hh"

namespace topoproof::sys {

struct ProcessResult {
  int exit_status = 0;  // as a shell counts: 128 + signal if a signal ended it
  std::string output;   // of stdout, and of stderr unless it was to be kept apart
  std::string errors = {};
};

enum class Stderr { WithOutput, Apart };

// Runs a program, found on PATH or in an sbin directory, inside `ns` (or where the caller is),
// with `input` as its stdin, and waits for it.
// THROWS: SystemError if it cannot be started; a program that fails is a result.
ProcessResult run_process(const std::vector<std::string>& arguments, const Netns* ns = nullptr,
                          const std::string& input = {}, Stderr errors = Stderr::WithOutput);

// Where the program is. THROWS: SystemError with ENOENT if there is none
std::string find_program(const std::string& name);

// As exec wants them: a null pointer at the end, and nothing const.
class ArgumentList {
 public:
  explicit ArgumentList(std::vector<std::string> arguments);
  ArgumentList(const ArgumentList&) = delete;  // pointers into its texts
  ArgumentList(ArgumentList&&) = default;
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

// Another process, to be waited for. RETURNS: none that is open if it is gone, or not seen from
// here. THROWS: SystemError
Fd open_process(pid_t pid);
void wait_for_end(const Fd& process);  // nothing to wait for if it is not open
// RETURNS: whether it has ended within this time.
bool wait_for_end(const Fd& process, std::chrono::milliseconds time);
void kill_process(const Fd& process);  // SIGKILL; nothing if it is gone
bool has_ended(const Fd& process);

// This process becomes the program, found in the same way. THROWS: SystemError if it cannot be:
// ENOENT if there is none.
[[noreturn]] void execute(const std::vector<std::string>& arguments);

}  // namespace topoproof::sys
