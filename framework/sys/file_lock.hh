// SPDX-License-Identifier: GPL-2.0-or-later
// Locks that the kernel lets go with the last descriptor, however a process ends: who holds one is
// alive.
#pragma once

#include <filesystem>
#include <optional>

#include "sys/fd.hh"

namespace topoproof::sys {

// The lock is held as long as the descriptor, or a fork's copy of it, is open. The file is made if
// it is not there. RETURNS: nothing if somebody else holds it. THROWS: SystemError naming the path
std::optional<Fd> try_lock(const std::filesystem::path& path);
Fd wait_for_lock(const std::filesystem::path& path);

// Whether somebody holds it; false if there is no such file. Asks without taking it, so that two
// who ask at the same time do not see each other. THROWS: SystemError
bool is_locked(const std::filesystem::path& path);

}  // namespace topoproof::sys
