// SPDX-License-Identifier: GPL-2.0-or-later
// Makes a killed process go quickly. The kernel closes the descriptors of a dead process one after
// another, and a packet tap takes 27 ms of RCU grace periods to close: a thousand taps, and the
// namespaces that they keep alive, would outlive a `kill -9` by 27 s. With this they go in one. And
// folders of temporary files, which nothing else would remove, go with them.
#pragma once

#include <string_view>

#include <sys/types.h>

#include "sys/fd.hh"

namespace topoproof::sys {

// Holds a helper process that shares this process's table of descriptors. When this process ends
// in any way but through ~Sweeper, the helper removes the folders that are held then, closes what
// the table holds, 0 to 2 first, from many processes at the same time, and ends; after 10 s it ends
// whatever is left. Nothing but SIGKILL reaches the helper, and it is in a process group of its
// own: Ctrl-C, or a kill of the program's whole group, spares it. A waitpid(-1) elsewhere in the
// program does not see it.
//
// While one lives:
//  * what descriptors hold (locks, the far ends of pipes) is let go a moment after the death of the
//    process, not with it;
//  * the process must not exec a program itself: its descriptors would stay open, CLOEXEC or not.
//    Children are free to: fork copies the table.
class Sweeper {
 public:
  // Costs under half a millisecond. REQUIRES: no tap and no ring exists yet (the helper has a copy
  // of the memory, and a mapped ring keeps its socket open); no second thread exists yet; the limit
  // of open files is raised already, if it will be. THROWS: SystemError
  Sweeper();
  // Ends the helper and waits for it: descriptors are this process's alone again.
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  Fd self_;      // a pidfd of this process: the helper waits for it
  pid_t owner_;  // a fork's copy of this object has no say
  pid_t helper_;
};

// From now on, until it is let go, a sweeper that lives removes this folder, of files and no
// folders within, if the process ends. TempDir does so. Nothing is done where no sweeper lives, the
// path is longer than 255 bytes, or 64 are held already. REQUIRES: no sweeper begins or ends
// meanwhile.
void hold_folder_for_sweeper(std::string_view path);
void let_go_folder(std::string_view path);

}  // namespace topoproof::sys
