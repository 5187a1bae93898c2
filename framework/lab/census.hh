// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: what is left of a build that was cut short. Namespaces that are held by descriptors
// have no name to be listed by; but their number can be limited, so they are counted by trying
// whether there may be as many as the limit says.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace topoproof::lab {

// Runs `f` in a process with user and network namespaces of its own. RETURNS: what `f` returns, or
// what it threw, as text.
std::string in_own_namespaces(const std::function<std::string()>& f);

// True as soon as the calling process's user namespace has no network namespace but its own; false
// if that takes longer than `patience`. The kernel removes namespaces
// later, in one worker for the whole machine.
bool no_namespace_is_left(std::chrono::milliseconds patience = std::chrono::seconds(60));

// Runs `f` in a child and waits for its end. RETURNS: the signal that ended it, or 0.
int signal_that_ends(const std::function<void()>& f);

// Everything else that could be left around the calling process: links, mounts, children.
std::string surroundings();

}  // namespace topoproof::lab
