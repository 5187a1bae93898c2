// SPDX-License-Identifier: GPL-2.0-or-later
// The first act of main: leave the machine's own network behind, so that nothing that follows can
// read or change it.
#pragma once

namespace topoproof::sys {

// Enters a new network namespace; an ordinary user (or a root without the privilege) enters a new
// user namespace with it, in which its own uid is root. Afterwards every namespace that the
// process creates is its own to configure.
// REQUIRES: no second thread exists yet (the kernel refuses CLONE_NEWUSER otherwise).
// THROWS: SystemError, with what to change where user namespaces are forbidden.
void enter_sandbox();

// True in a process that enter_sandbox() took into a user namespace of its own.
bool in_own_user_namespace();

// Raises the soft limit of open files to the hard one: a namespace, its sockets and its tap need
// several each. RETURNS: the limit that holds now.
unsigned long raise_open_file_limit();

}  // namespace topoproof::sys
