// SPDX-License-Identifier: GPL-2.0-or-later
// A process that holds namespaces for others: pid 1 of a PID namespace, so that its end, however it
// comes, ends every process in there.
#pragma once

#include <functional>
#include <vector>

#include <sys/types.h>

#include "sys/fd.hh"

namespace topoproof::sys {

// Called in a fresh fork, which leaves its terminal and session, enters a sandbox (sandbox.hh) and
// new PID, mount and IPC namespaces, and goes on as their pid 1; the process in between ends. /proc
// is that of the new namespace, where the kernel lets it be mounted (not in some containers). Which
// number it has outside is told to `known_as`, in the process in between before it ends.
// REQUIRES: no second thread exists. THROWS: SystemError, in the process that called
void become_init(const std::function<void(pid_t)>& known_as = nullptr);

// Reaps what has ended, of own children and of those whose parents are gone; for pid 1.
// RETURNS: the process, or 0 if none has ended.
pid_t reap(int& wait_status);

// What others need to join a process's namespaces, besides the network.
struct ProcessNamespaces {
  Fd user;
  Fd pid;
  Fd ipc;
};
ProcessNamespaces own_namespaces();  // THROWS: SystemError

// Of all descriptors from 3 on, also those that a shell or a test has left open: a process that
// lives long must not keep them.
void close_all_but(std::vector<int> kept);

// From here on standard input is empty, and output goes to the file. THROWS: SystemError
void detach_output(const char* path);

}  // namespace topoproof::sys
