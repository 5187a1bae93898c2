// SPDX-License-Identifier: GPL-2.0-or-later
// A lab that is being built: nobody answers there yet, but it has a process that can be ended.
#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "live/state_folder.hh"
#include "sys/fd.hh"

namespace topoproof::live {

struct StartingHolder {
  pid_t pid = 0;  // 0 if it is not seen from here
  sys::Fd process;
};

void note_holder(const std::filesystem::path& lab_folder, pid_t pid);  // THROWS: sys::SystemError
// The number alone proves nothing, since numbers are used again: the process holds the lab's lock.
StartingHolder find_holder(const std::filesystem::path& lab_folder);

// Returns when the lab is gone with all its processes, also one that is being built.
// THROWS: as Client::end
void end_lab(const StateFolder& state, const std::string& name);

}  // namespace topoproof::live
