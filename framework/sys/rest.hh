// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a program has done all that it does unasked, and waits.
#pragma once

#include <sys/types.h>

namespace topoproof::sys {

// Whether there was a moment, just now, at which the process and all that descend from it were
// asleep with all their threads: each was so before that moment and after it, and has not run in
// between (proc_pid_status(5) counts how often). One that is stopped counts as asleep, one that has
// ended not at all. Where /proc does not show the process this is taken for granted.
bool is_at_rest(pid_t process);

}  // namespace topoproof::sys
