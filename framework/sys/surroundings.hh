// SPDX-License-Identifier: GPL-2.0-or-later
// What the programs of a node find around them besides its network: mounts and a host name of their
// own, and /sys with the interfaces of the node, shared by all of them. They are kept by whoever
// holds the descriptors, not made for each program: the kernel takes up to 20 ms to clear a mount
// namespace away, in which the program's caller waits.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sys/fd.hh"
#include "sys/netns.hh"

namespace topoproof::sys {

// Files that stand in place of others: ours, and where. /etc/hosts.
using FilePlaces = std::vector<std::pair<std::filesystem::path, std::filesystem::path>>;

struct Surroundings {
  Fd mount;
  Fd uts;
};

// Of the caller's mounts: what is mounted there later comes in, and nothing goes out. The caller
// itself stays where it is. THROWS: SystemError
Surroundings make_surroundings(const std::string& host_name, const Netns& netns);

// In the calling thread's own mount namespace: /sys as its network namespace has it. Where that
// cannot be mounted (parts of the machine's are hidden, as containers do) an empty folder stands
// there: what is the machine's own, a node is neither to see nor to change. Safe after fork.
void show_own_devices();

// In the calling thread's mount namespace. A file that stands there already is left; one that
// cannot be put there as well.
void put_files(const FilePlaces& files);

}  // namespace topoproof::sys
