// SPDX-License-Identifier: GPL-2.0-or-later
// Programs in the nodes of a running lab.
#pragma once

#include <string>
#include <vector>

#include "live/client.hh"

namespace topoproof::live {

// Runs the program in the node, as sys::run_joined does; there its host name is the node's, and
// nodes are found by their names. REQUIRES: no second thread exists.
// RETURNS: its exit status. THROWS: as Client::join
int run_in_node(Client& client, const std::string& node, const std::vector<std::string>& arguments);

// The user's shell: $SHELL, or sh.
std::vector<std::string> shell_of_user();

}  // namespace topoproof::live
