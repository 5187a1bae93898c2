// SPDX-License-Identifier: GPL-2.0-or-later
// A process as clone(2) makes it.
#pragma once

#include <csignal>

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace topoproof::sys {

// Not fork: it takes locks that another thread may have held when our parent was copied. `flags`
// are of clone(2). RETURNS: 0 in the child; negative if there is none
inline pid_t clone_process(int flags) {
  return static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

}  // namespace topoproof::sys
