// SPDX-License-Identifier: GPL-2.0-or-later
// Work in namespaces that another process holds: with what belongs to them in this process, or as a
// program of its own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sys/init_process.hh"
#include "sys/netns.hh"
#include "sys/surroundings.hh"

namespace topoproof::sys {

// The calling process gets all rights over what belongs to the user namespace. Nothing to do if it
// is in there. REQUIRES: no second thread exists. THROWS: SystemError
void join_user_namespace(const Fd& user);

struct NodeProcess {
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment =
      {};                 // in addition to what is there
  FilePlaces files = {};  // put where it runs, if they are not there
};

// Where a program is to run.
struct NodePlace {
  ProcessNamespaces process;
  Surroundings surroundings;
  Netns netns;
};

// Exit codes for what could not be run, as in a shell.
inline constexpr int kCannotRun = 126;
inline constexpr int kNotFound = 127;

// Runs a program in there, with this process's standard streams and terminal, in its
// working directory where there is one of that name, and waits. Signals that others send go on to
// it; what the terminal sends reaches it by itself. REQUIRES: no second thread exists.
// RETURNS: its exit status as a shell counts: 128 + signal if a signal ended it. Why it could not
// be run is told on the error output. THROWS: SystemError
int run_joined(const NodePlace& place, const NodeProcess& process);

}  // namespace topoproof::sys
