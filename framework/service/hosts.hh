// SPDX-License-Identifier: GPL-2.0-or-later
// What a program in a node reads to find others by their names: /etc/hosts and /etc/resolv.conf of
// the network rather than the machine's.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "topology/topology.hh"

namespace topoproof::service {

// One line for each node and family: the address that its name means in a check, too.
std::string hosts_text(const topology::Topology& topology);

// The name servers that `name_servers:` says; the machine's own cannot be reached from a node.
std::string resolver_text(const topology::Node& node);

// Keeps the files of a network in a folder. THROWS: sys::SystemError
void save_name_files(const std::filesystem::path& folder, const topology::Topology& topology);

// Of a node: which file of the folder stands in place of which. One that is not there is left out.
using FilePlaces = std::vector<std::pair<std::filesystem::path, std::filesystem::path>>;
FilePlaces name_files(const std::filesystem::path& folder, const std::string& node);

}  // namespace topoproof::service
