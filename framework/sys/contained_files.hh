// SPDX-License-Identifier: GPL-2.0-or-later
// The files of a contained place (contained_run.hh): the machine's to read, and places to write
// that are nobody else's.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace topoproof::sys {

// Only here can such a place be written, and none of it outlasts the place. /etc is a copy.
struct ContainedFiles {
  // Seen, to be read, although what is around them is covered.
  std::vector<std::filesystem::path> kept;
  // New programs and texts, by their places under kPlacesOwn.
  std::vector<std::pair<std::string, std::string>> added;
};

inline constexpr const char* kPlacesOwn = "/run/topoproof";

// Makes them of the mounts that the caller has. REQUIRES: they are its own (CLONE_NEWNS), and it
// goes nowhere else in them. What a process of another user namespace copies of them it cannot make
// writable. THROWS: SystemError
void contain_files(const ContainedFiles& files);

// /sys as the caller's network namespace has it; an empty folder where that cannot be. REQUIRES:
// contain_files() was called in these mounts
enum class Writing { Allowed, Refused };
void show_devices(Writing writing);

// In such a copy, by the first process of a PID namespace: /proc is to be read, but for the sysctls
// of the reader's own network. THROWS: SystemError
void show_processes();

}  // namespace topoproof::sys
