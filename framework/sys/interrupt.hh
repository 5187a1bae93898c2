// SPDX-License-Identifier: GPL-2.0-or-later
// Ctrl-C (SIGINT), Ctrl-\ (SIGQUIT), SIGTERM, and SIGHUP of a terminal that goes away, as a flag
// that work in progress looks at.
#pragma once

#include <atomic>

namespace topoproof::sys {

// From now on the first of these signals sets the flag and nothing else; a second one ends the
// process, as it does by default. SIGHUP that was ignored stays so. RETURNS: the flag, one for the
// process.
const std::atomic<bool>& catch_interrupts();

// One of them has come, and was caught.
bool is_interrupted();

}  // namespace topoproof::sys
